#include "troupe/protocol/method.hpp"

#define CAF_SUITE method
#include "caf/test/unit_test.hpp"

#include <set>
#include <string>

using namespace troupe::protocol;

CAF_TEST(every_method_is_found_by_its_own_name) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i + 1 < method_count; ++i) {
    const auto m = static_cast<method>(i);
    CAF_MESSAGE(std::string(to_string(m)));
    CAF_CHECK(method_from(to_string(m)) == m);
    CAF_CHECK_EQUAL(is_notification(m), to_string(m).starts_with("notifications/"));
    names.insert(to_string(m));
  }
  CAF_CHECK_EQUAL(names.size(), method_count - 1);
  CAF_CHECK_EQUAL(to_string(method::unknown), "unknown");
}

CAF_TEST(the_names_are_those_of_the_specification) {
  struct row {
    const char* name;
    method expected;
  };
  for (const auto& [name, expected] :
       {row{"initialize", method::initialize},
        {"tools/call", method::tools_call},
        {"resources/templates/list", method::resources_templates_list},
        {"logging/setLevel", method::logging_set_level},
        {"completion/complete", method::completion_complete},
        {"server/discover", method::server_discover},
        {"subscriptions/listen", method::subscriptions_listen},
        {"notifications/roots/list_changed", method::notifications_roots_list_changed},
        {"notifications/tasks/status", method::notifications_tasks_status}}) {
    CAF_MESSAGE(name);
    CAF_CHECK(method_from(name) == expected);
  }
}

CAF_TEST(all_else_is_unknown) {
  for (const auto* name : {"", "unknown", "Ping", "ping ", "pong", "tools/List", "tools/callx",
                           "sampling/createMessage", "notifications/message", "initialized"}) {
    CAF_MESSAGE(name);
    CAF_CHECK(method_from(name) == method::unknown);
  }
  CAF_CHECK(method_from(std::string(100'000, 'x')) == method::unknown);
}
