#pragma once

// A session with tools of every kind: inline and on the pool, one that throws, one that tells its
// progress, one that asks its client, and an actor whose answers the test gives.

#include <deque>
#include <stdexcept>

#include "session_fixture.hpp"

namespace troupe::test {

inline std::string call_of(std::string_view tool, std::string_view id = "1",
                           std::string_view more = R"("arguments":{})") {
  return R"({"jsonrpc":"2.0","id":)" + std::string{id} +
         R"(,"method":"tools/call","params":{"name":")" + std::string{tool} + "\"," +
         std::string{more} + "}}";
}

/// An actor tool that keeps the promise of each call until it is told to answer.
struct slow_tool {
  std::vector<caf::response_promise> waiting;
  std::vector<call> calls;
  int cancellations = 0;
};

inline caf::behavior run_slow_tool(caf::event_based_actor* self,
                                   std::shared_ptr<slow_tool> shared) {
  return {
      [=](const call& started) -> caf::result<outcome> {
        shared->calls.push_back(started);
        shared->waiting.push_back(self->make_response_promise());
        return caf::delegated<outcome>{};
      },
      [=](const call_cancelled&) { ++shared->cancellations; },
  };
}

struct call_fixture : session_fixture {
  call_fixture() {
    slow = std::make_shared<slow_tool>();
    worker = sys.spawn(run_slow_tool, slow);
    run();
    handler_set set;
    add(set, "echo", execution::inline_, [](const call& c) -> outcome {
      return tool_result::text(std::string{c.string_argument("message").value_or("")});
    });
    add(set, "pooled", execution::pool,
        [](const call&) -> outcome { return tool_result::text("from the pool"); });
    add(set, "throws", execution::inline_,
        [](const call&) -> outcome { throw std::runtime_error{"secret cause"}; });
    add(set, "throws_pooled", execution::pool,
        [](const call&) -> outcome { throw std::runtime_error{"secret cause"}; });
    add(set, "progress", execution::inline_, tells_progress);
    add(set, "progress_pooled", execution::pool, tells_progress);
    add(set, "asks", execution::pool, asks_name);
    add(set, "asks_inline", execution::inline_, asks_name);
    add(set, "wrong_kind", execution::inline_,
        [](const call&) -> outcome { return prompt_result::text("?"); });
    set.add(protocol::tool{"slow"}.with_description("d"),
            handler{worker, actor_options{.cancellation_messages = true}});
    set.add(protocol::resource_template{"test://item/{id}", "item"}.with_description("d"),
            handler{[](const call& c) -> outcome {
                      return read_result{protocol::resource_contents::text(
                          std::string{c.name()}, std::string{c.variable("id")})};
                    },
                    execution::inline_});
    set.add(protocol::prompt{"greet"}.with_description("d").with_argument("who", "w", true),
            handler{[](const call& c) -> outcome {
                      return prompt_result::text(std::string{*c.string_argument("who")});
                    },
                    execution::inline_},
            completions{{"who", handler{[](const call& c) -> outcome {
                                          return completion_result{
                                              {std::string{c.completion_value()} + "!"}};
                                        },
                                        execution::inline_}}});
    CAF_REQUIRE(set.errors().empty());
    offer(set);
  }

  ~call_fixture() override {
    slow->waiting.clear();
    slow->calls.clear();
    state->catalog = nullptr;
    worker = nullptr;
  }

  static void add(handler_set& set, const char* name, execution where, handler_function function) {
    set.add(protocol::tool{name}.with_description("d"), handler{std::move(function), where});
  }

  static outcome tells_progress(const call& c) {
    c.progress(1, 2);
    c.progress(1, 2); // does not increase: dropped
    c.log(protocol::log_level::warning, "careful");
    c.log(protocol::log_level::debug, "not wanted");
    c.progress(2, 2, "done");
    return tool_result::text("ok");
  }

  static outcome asks_name(const call& c) {
    if (const auto* answer = c.input("who"))
      return tool_result::text(std::string{answer->at("content").at("name").as_string()} +
                               std::string{c.state()});
    return input_required{
        {{"who",
          protocol::form_elicitation{
              "Your name?",
              boost::json::parse(R"({"type":"object","properties":{"name":{"type":"string"}}})")
                  .as_object()}}},
        " (asked once)"};
  }

  /// Lives as long as the test: CAF_CHECK_EQUAL keeps references to what it compares.
  const boost::json::value& reply_body(std::size_t index) {
    return parsed.emplace_back(boost::json::parse(log->replies.at(index).body));
  }
  const boost::json::value& last_reply() { return reply_body(0); }

  std::shared_ptr<slow_tool> slow;
  caf::actor worker;
  std::deque<boost::json::value> parsed;
};

} // namespace troupe::test
