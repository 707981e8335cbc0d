#define CAF_SUITE builtin_handlers

#include "troupe/supervision/builtin_handlers.hpp"

#include <caf/test/dsl.hpp>

#include "troupe/supervision/build_info.hpp"

using namespace troupe;
using namespace troupe::supervision;
using namespace std::chrono_literals;

namespace {

struct fixture : test_coordinator_fixture<> {
  config settings;
  std::vector<std::string> updates;

  handler_set handlers() {
    handler_set result;
    add_builtin_handlers(result, settings,
                         {[] {
                            return node_figures{1, 2, 3, 4, 5};
                          },
                          [this](std::string uri) { updates.push_back(std::move(uri)); }});
    for (const auto& error : result.errors())
      CAF_ERROR(error);
    return result;
  }

  static const tool_entry& tool(const handler_set& set, std::string_view name) {
    for (const auto& change : set.changes())
      if (const auto* entry = std::get_if<tool_entry>(&change);
          entry && entry->description.name == name)
        return *entry;
    throw std::runtime_error("no such tool");
  }

  static call with_arguments(const boost::json::object* arguments) {
    call_data_ptr data{new call_data};
    data->client = new client;
    data->arguments = arguments;
    return call{data};
  }

  static tool_result run_tool(const tool_entry& entry, const boost::json::object& arguments) {
    return std::get<tool_result>(entry.run.function()(with_arguments(&arguments)).value);
  }

  caf::actor start_clock() {
    const auto set = handlers();
    for (const auto& change : set.changes())
      if (const auto* entry = std::get_if<resource_entry>(&change))
        return entry->run.factory()(sys);
    throw std::runtime_error("no clock");
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(builtin_handlers_tests, fixture)

CAF_TEST(echo_runs_inline_and_gives_its_message_back) {
  const auto set = handlers();
  const auto& echo = tool(set, "echo");
  CAF_CHECK(echo.run.where() == execution::inline_);
  const auto result = run_tool(echo, {{"message", "h\xc3\xa9llo"}});
  CAF_CHECK(!result.is_error);
  CAF_REQUIRE_EQUAL(result.blocks.size(), 1u);
  CAF_CHECK_EQUAL(std::get<protocol::text_block>(result.blocks[0].block).text, "h\xc3\xa9llo");
}

CAF_TEST(echo_without_a_message_is_an_error_of_the_tool) {
  const auto set = handlers();
  CAF_CHECK(run_tool(tool(set, "echo"), {}).is_error);
  CAF_CHECK(run_tool(tool(set, "echo"), {{"message", 1}}).is_error);
}

CAF_TEST(server_status_tells_the_figures_of_the_node) {
  const auto set = handlers();
  const auto& status = tool(set, "server_status");
  CAF_CHECK(status.run.where() == execution::pool);
  const auto result = run_tool(status, {});
  CAF_REQUIRE(result.structured.has_value());
  const auto& figures = result.structured->as_object();
  CAF_CHECK_EQUAL(figures.at("connections").to_number<int>(), 1);
  CAF_CHECK_EQUAL(figures.at("calls_in_flight").to_number<int>(), 4);
  CAF_CHECK_EQUAL(figures.at("version").as_string(), std::string{build_version()});
  for (const auto& required : status.description.output_schema.at("required").as_array())
    CAF_CHECK(figures.contains(required.as_string()));
}

// Not run(): it also triggers timeouts until none is left, and the clock always sets another one.
CAF_TEST(the_clock_ticks_and_answers) {
  auto clock = start_clock();
  sched.run();
  CAF_CHECK(updates.empty());
  advance_time(1s);
  sched.run();
  advance_time(1s);
  sched.run();
  CAF_CHECK_EQUAL(updates.size(), 2u);
  CAF_CHECK_EQUAL(updates.at(0), "troupe://clock");
  self->send(clock, with_arguments(nullptr));
  sched.run();
  self->receive([](const outcome& answer) {
    const auto& contents = std::get<read_result>(answer.value).contents.at(0);
    CAF_CHECK_EQUAL(contents.mime_type, "text/plain");
    CAF_CHECK(contents.data.ends_with('Z'));
  });
  caf::anon_send_exit(clock, caf::exit_reason::user_shutdown);
  sched.run();
}

CAF_TEST(a_clock_without_interval_never_ticks) {
  settings.builtin.clock_interval = 0ms;
  auto clock = start_clock();
  sched.run();
  advance_time(1h);
  sched.run();
  CAF_CHECK(updates.empty());
  caf::anon_send_exit(clock, caf::exit_reason::user_shutdown);
  sched.run();
}

CAF_TEST(what_is_switched_off_is_not_there) {
  settings.builtin.enabled = false;
  CAF_CHECK(handlers().empty());
}

CAF_TEST_FIXTURE_SCOPE_END()
