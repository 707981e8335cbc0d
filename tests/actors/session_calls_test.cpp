// Calls of a session: where handlers run, what they may tell and ask, and every way to end.

#define CAF_SUITE session_calls

#include "session_fixture.hpp"

#include <stdexcept>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

std::string call_of(std::string_view tool, std::string_view id = "1",
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

caf::behavior run_slow_tool(caf::event_based_actor* self, std::shared_ptr<slow_tool> shared) {
  return {
      [=](const call& started) -> caf::result<outcome> {
        shared->calls.push_back(started);
        shared->waiting.push_back(self->make_response_promise());
        return caf::delegated<outcome>{};
      },
      [=](const call_cancelled&) { ++shared->cancellations; },
  };
}

struct fixture : session_fixture {
  fixture() {
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

  ~fixture() override {
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

  boost::json::value last_reply() { return boost::json::parse(log->replies.at(0).body); }

  std::shared_ptr<slow_tool> slow;
  caf::actor worker;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(session_calls_tests, fixture)

CAF_TEST(an_inline_tool_is_answered_as_json) {
  post(ready(), call_of("echo", "7", R"("arguments":{"message":"hi"})"));
  CAF_CHECK_EQUAL(last_reply().at("id").as_int64(), 7);
  CAF_CHECK_EQUAL(last_reply().at("result").at("content").at(0).at("text").as_string(), "hi");
  CAF_CHECK(observer.outcomes.back() == outcome_kind::ok);
}

CAF_TEST(a_pool_tool_is_answered_as_json) {
  post(ready(), call_of("pooled"));
  CAF_CHECK_EQUAL(last_reply().at("result").at("content").at(0).at("text").as_string(),
                  "from the pool");
  CAF_CHECK_EQUAL(observer.calls, 0);
  CAF_CHECK_EQUAL(state->limits.used(limit::calls), 0u);
}

CAF_TEST(arguments_may_be_absent_but_must_be_an_object) {
  const auto session = ready();
  post(session, R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo"}})");
  CAF_CHECK(last_reply().as_object().contains("result"));
  clear();
  post(session, call_of("echo", "1", R"("arguments":[])"));
  CAF_CHECK_EQUAL(last_reply().at("error").at("code").as_int64(), -32602);
}

CAF_TEST(unknown_names_are_invalid_params_and_unknown_resources_are_not_found) {
  const auto session = ready();
  post(session, call_of("nothing"));
  CAF_CHECK_EQUAL(last_reply().at("error").at("code").as_int64(), -32602);
  clear();
  post(session, R"({"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"a:b"}})");
  CAF_CHECK_EQUAL(last_reply().at("error").at("code").as_int64(), -32002);
  CAF_CHECK_EQUAL(last_reply().at("error").at("data").at("uri").as_string(), "a:b");
  clear();
  post(session, R"({"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"greet"}})");
  CAF_CHECK_EQUAL(last_reply().at("error").at("code").as_int64(), -32602);
}

CAF_TEST(what_a_handler_throws_stays_inside) {
  for (const auto* tool : {"throws", "throws_pooled"}) {
    clear();
    post(ready(), call_of(tool));
    CAF_CHECK_EQUAL(last_reply().at("error").at("code").as_int64(), -32603);
    CAF_CHECK(log->replies.at(0).body.find("secret") == std::string::npos);
    CAF_CHECK(!last_reply().at("error").at("data").at("incident").as_string().empty());
    CAF_CHECK(observer.outcomes.back() == outcome_kind::internal_error);
  }
  clear();
  post(ready(), call_of("wrong_kind"));
  CAF_CHECK_EQUAL(last_reply().at("error").at("code").as_int64(), -32603);
}

CAF_TEST(templates_prompts_and_completions_reach_their_handlers) {
  const auto session = ready();
  post(
      session,
      R"({"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"test://item/a%20b"}})");
  CAF_CHECK_EQUAL(last_reply().at("result").at("contents").at(0).at("text").as_string(), "a b");
  clear();
  post(session, R"({"jsonrpc":"2.0","id":1,"method":"prompts/get",)"
                R"("params":{"name":"greet","arguments":{"who":"you"}}})");
  CAF_CHECK_EQUAL(
      last_reply().at("result").at("messages").at(0).at("content").at("text").as_string(), "you");
  for (const auto& [argument, count] : {std::pair{"who", 1u}, {"other", 0u}}) {
    clear();
    post(session,
         std::string{R"({"jsonrpc":"2.0","id":1,"method":"completion/complete","params":)"
                     R"({"ref":{"type":"ref/prompt","name":"greet"},"argument":{"name":")"} +
             argument + R"(","value":"x"}}})");
    CAF_CHECK_EQUAL(last_reply().at("result").at("completion").at("values").as_array().size(),
                    count);
  }
}

CAF_TEST(progress_and_logs_come_before_the_result_on_the_posts_own_stream) {
  for (const auto* tool : {"progress", "progress_pooled"}) {
    const auto session = ready("2025-06-18");
    get(session);
    clear();
    post(session, call_of(tool, "1", R"("_meta":{"progressToken":"t"})"));
    CAF_REQUIRE_EQUAL(log->lines.size(), 6u);
    CAF_CHECK_EQUAL(log->lines[0], "begin");
    CAF_CHECK(log->lines[1].starts_with("eventid: 2-"));
    CAF_CHECK(log->lines[1].find(R"("progressToken":"t","progress":1)") != std::string::npos);
    CAF_CHECK(log->lines[2].find("notifications/message") != std::string::npos);
    CAF_CHECK(log->lines[3].find(R"("message":"done")") != std::string::npos);
    CAF_CHECK(log->lines[4].find(R"("result")") != std::string::npos);
    CAF_CHECK_EQUAL(log->lines[5], "end");
  }
}

CAF_TEST(without_a_token_there_is_no_progress) {
  const auto session = ready();
  post(session, R"({"jsonrpc":"2.0","id":1,"method":"logging/setLevel",)"
                R"("params":{"level":"emergency"}})");
  clear();
  post(session, call_of("progress"));
  CAF_REQUIRE_EQUAL(log->replies.size(), 1u);
}

CAF_TEST(a_client_that_takes_no_stream_gets_its_result_all_the_same) {
  post(ready(), call_of("progress", "1", R"("_meta":{"progressToken":1})"), false);
  CAF_REQUIRE_EQUAL(log->replies.size(), 1u);
  CAF_CHECK(last_reply().as_object().contains("result"));
  CAF_CHECK(observer.dropped > 0);
}

CAF_TEST(a_client_that_takes_only_a_stream_gets_one) {
  post(ready("2025-06-18"), call_of("echo"), true, false);
  CAF_REQUIRE_EQUAL(log->lines.size(), 3u);
  CAF_CHECK_EQUAL(log->lines[0], "begin");
  CAF_CHECK(log->lines[1].starts_with("eventid: 2-1"));
}

CAF_TEST(calls_of_one_session_run_side_by_side) {
  const auto session = ready();
  post(session, call_of("slow", "1"));
  post(session, call_of("slow", "2"));
  post(session, call_of("echo", "3"));
  CAF_CHECK_EQUAL(last_reply().at("id").as_int64(), 3);
  CAF_REQUIRE_EQUAL(slow->waiting.size(), 2u);
  slow->waiting[1].deliver(outcome{tool_result::text("second")});
  run();
  CAF_CHECK_EQUAL(boost::json::parse(log->replies.at(1).body).at("id").as_int64(), 2);
  slow->waiting[0].deliver(outcome{tool_result::text("first")});
  run();
  CAF_CHECK_EQUAL(boost::json::parse(log->replies.at(2).body).at("id").as_int64(), 1);
}

CAF_TEST(an_id_in_use_is_refused) {
  const auto session = ready();
  post(session, call_of("slow", "1"));
  post(session, call_of("slow", "1"));
  CAF_CHECK_EQUAL(last_reply().at("error").at("code").as_int64(), -32600);
  CAF_CHECK_EQUAL(slow->calls.size(), 1u);
}

CAF_TEST(calls_are_limited_per_session_and_per_node) {
  options->max_calls_in_flight = 3;
  const auto session = ready();
  for (const auto* id : {"1", "2", "3"})
    post(session, call_of("slow", id));
  post(session, call_of("slow", "4"));
  CAF_CHECK_EQUAL(log->replies.at(0).status, 429);
  CAF_CHECK_EQUAL(log->replies[0].retry_after_seconds, 1);
  CAF_CHECK(log->replies[0].body.find("calls_per_session") != std::string::npos);
  const auto other = ready();
  post(other, call_of("slow", "1"));
  post(other, call_of("slow", "2"));
  CAF_CHECK_EQUAL(log->replies.at(0).status, 503);
  CAF_CHECK(log->replies[0].body.find("\\\"calls\\\"") != std::string::npos);
  slow->waiting[0].deliver(outcome{tool_result::text("room")});
  run();
  post(other, call_of("slow", "2"));
  CAF_CHECK_EQUAL(slow->calls.size(), 5u);
}

CAF_TEST(a_cancelled_call_is_told_and_not_answered) {
  const auto session = ready();
  post(session, call_of("slow", "5"));
  notice(session, R"({"jsonrpc":"2.0","method":"notifications/cancelled",)"
                  R"("params":{"requestId":5,"reason":"enough"}})");
  CAF_CHECK(slow->calls.at(0).cancelled());
  CAF_CHECK_EQUAL(slow->cancellations, 1);
  CAF_REQUIRE_EQUAL(log->replies.size(), 1u);
  CAF_CHECK_EQUAL(log->replies[0].status, 202);
  CAF_CHECK(log->replies[0].body.empty());
  CAF_CHECK_EQUAL(state->limits.used(limit::calls), 0u);
  slow->waiting[0].deliver(outcome{tool_result::text("too late")});
  run();
  CAF_CHECK_EQUAL(log->replies.size(), 1u);
  CAF_CHECK(observer.outcomes.back() == outcome_kind::cancelled);
}

CAF_TEST(a_call_that_takes_too_long_is_given_up) {
  options->stream_after = 1h;
  const auto session = ready();
  post(session, call_of("slow"));
  pass(options->call_timeout + 100ms);
  CAF_CHECK(slow->calls.at(0).cancelled());
  CAF_CHECK(last_reply().at("result").at("isError").as_bool());
  CAF_CHECK(observer.outcomes.back() == outcome_kind::timed_out);
}

CAF_TEST(a_slow_call_moves_to_a_stream_and_its_result_survives_a_lost_connection) {
  const auto session = ready();
  const auto exchange = post(session, call_of("slow"));
  pass(options->stream_after + 100ms);
  CAF_REQUIRE_EQUAL(log->lines.size(), 2u);
  CAF_CHECK(log->lines[1].starts_with("eventid: 2-1 retry:"));
  lose(session, exchange);
  slow->waiting.at(0).deliver(outcome{tool_result::text("late")});
  run();
  clear();
  get(session, protocol::event_id{2, 1});
  CAF_REQUIRE_EQUAL(log->lines.size(), 3u);
  CAF_CHECK(log->lines[1].find("late") != std::string::npos);
  CAF_CHECK_EQUAL(log->lines[2], "end");
}

CAF_TEST(a_resumed_call_delivers_its_result_when_it_comes) {
  const auto session = ready();
  const auto exchange = post(session, call_of("slow"));
  pass(options->stream_after + 100ms);
  lose(session, exchange);
  clear();
  get(session, protocol::event_id{2, 1});
  CAF_CHECK_EQUAL(log->lines.size(), 1u);
  slow->waiting.at(0).deliver(outcome{tool_result::text("late")});
  run();
  CAF_REQUIRE_EQUAL(log->lines.size(), 3u);
  CAF_CHECK_EQUAL(log->lines[2], "end");
}

CAF_TEST(detaching_a_stream_ends_the_connection_and_keeps_the_call) {
  const auto session = ready();
  post(session, call_of("slow"));
  slow->calls.at(0).detach_stream();
  run();
  CAF_REQUIRE_EQUAL(log->lines.size(), 3u);
  CAF_CHECK_EQUAL(log->lines[2], "end");
  slow->waiting.at(0).deliver(outcome{tool_result::text("kept")});
  run();
  clear();
  get(session, protocol::event_id{2, 1});
  CAF_CHECK(log->lines.at(1).find("kept") != std::string::npos);
}

CAF_TEST(a_handler_whose_actor_dies_fails_its_calls_only) {
  const auto session = ready();
  post(session, call_of("slow"));
  const auto address = worker.address();
  caf::anon_send(session, handler_gone{address, "it crashed"});
  run();
  CAF_CHECK_EQUAL(last_reply().at("error").at("code").as_int64(), -32603);
  CAF_CHECK(log->replies.at(0).body.find("crashed") == std::string::npos);
  clear();
  post(session, call_of("echo", "2"));
  CAF_CHECK(last_reply().as_object().contains("result"));
}

CAF_TEST(a_call_to_a_dead_actor_fails) {
  const auto session = ready();
  caf::anon_send_exit(worker, caf::exit_reason::kill);
  run();
  post(session, call_of("slow"));
  CAF_CHECK_EQUAL(last_reply().at("error").at("code").as_int64(), -32603);
}

CAF_TEST(a_tool_asks_the_client_and_is_called_again_with_the_answer) {
  for (const auto* tool : {"asks", "asks_inline"}) {
    const auto session = ready("2025-06-18");
    post(session, call_of(tool));
    CAF_REQUIRE_EQUAL(log->lines.size(), 2u);
    const auto question = boost::json::parse(log->lines[1].substr(log->lines[1].find('{')));
    CAF_CHECK_EQUAL(question.at("method").as_string(), "elicitation/create");
    clear();
    notice(session, R"({"jsonrpc":"2.0","id":)" + boost::json::serialize(question.at("id")) +
                        R"(,"result":{"action":"accept","content":{"name":"Ada"}}})");
    CAF_REQUIRE_EQUAL(log->lines.size(), 2u);
    CAF_CHECK(log->lines[0].find("Ada (asked once)") != std::string::npos);
    CAF_CHECK_EQUAL(log->lines[1], "end");
    CAF_CHECK_EQUAL(state->limits.used(limit::calls), 0u);
  }
}

CAF_TEST(a_client_that_cannot_be_asked_is_not_asked) {
  post(ready("2025-06-18", "{}"), call_of("asks"));
  CAF_CHECK(last_reply().at("result").at("isError").as_bool());
  CAF_CHECK(log->replies.at(0).body.find("elicitation") != std::string::npos);
}

CAF_TEST(a_clients_error_or_silence_fails_the_call) {
  const auto session = ready("2025-06-18");
  post(session, call_of("asks"));
  notice(session, R"({"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"no user here"}})");
  CAF_CHECK(log->lines.at(2).find("no user here") != std::string::npos);
  clear();
  post(session, call_of("asks", "2"));
  pass(options->client_answer_timeout + 100ms);
  CAF_CHECK(log->lines.at(2).find("notifications/cancelled") != std::string::npos);
  CAF_CHECK(log->lines.at(3).find("did not answer") != std::string::npos);
}

CAF_TEST(a_session_that_ends_cancels_its_calls_and_answers_their_posts) {
  const auto session = ready();
  post(session, call_of("slow"));
  caf::anon_send(session, session_deletion{transport, 99});
  run();
  CAF_CHECK(slow->calls.at(0).cancelled());
  CAF_REQUIRE_EQUAL(log->replies.size(), 2u);
  CAF_CHECK_EQUAL(log->replies[1].status, 404);
  CAF_CHECK_EQUAL(state->limits.used(limit::calls), 0u);
}

CAF_TEST(draining_waits_for_running_calls) {
  const auto session = ready();
  post(session, call_of("slow"));
  caf::anon_send(session, drain{});
  run();
  CAF_CHECK_EQUAL(state->sessions.size(), 1u);
  slow->waiting.at(0).deliver(outcome{tool_result::text("finished")});
  run();
  CAF_CHECK(log->replies.at(0).body.find("finished") != std::string::npos);
  CAF_CHECK(state->sessions.empty());
}

CAF_TEST_FIXTURE_SCOPE_END()
