#include "troupe/protocol/log_level.hpp"

#define CAF_SUITE log_level
#include "caf/test/unit_test.hpp"

using namespace troupe::protocol;

CAF_TEST(levels_are_ordered_and_named_as_in_rfc_5424) {
  const char* const names[] = {"debug", "info",     "notice", "warning",
                               "error", "critical", "alert",  "emergency"};
  static_assert(std::size(names) == log_level_count);
  for (std::size_t i = 0; i < log_level_count; ++i) {
    const auto level = static_cast<log_level>(i);
    CAF_CHECK_EQUAL(to_string(level), names[i]);
    CAF_CHECK(log_level_from(names[i]) == level);
    CAF_CHECK_EQUAL(level >= log_level::warning, i >= 3);
  }
  for (const auto* name : {"", "Info", "warn", "fatal", "info "})
    CAF_CHECK(!log_level_from(name));
}

CAF_TEST(a_log_message_has_a_level_and_data) {
  std::string out;
  append_log_params(out, log_level::info, "", json::value("text"));
  append_log_params(out, log_level::error, "db", json::object{{"k", 1}});
  CAF_CHECK_EQUAL(out, R"({"level":"info","data":"text"})"
                       R"({"level":"error","logger":"db","data":{"k":1}})");
}
