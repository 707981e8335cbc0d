// Calls of a session: where handlers run, and what they are told and may tell.

#define CAF_SUITE session_calls

#include "call_fixture.hpp"

using namespace troupe;
using namespace troupe::test;

CAF_TEST_FIXTURE_SCOPE(session_calls_tests, call_fixture)

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

CAF_TEST_FIXTURE_SCOPE_END()
