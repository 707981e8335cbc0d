// What becomes of a modern request on the thread that read it: answered at once, refused, or left to
// its carrier; and the rounds of questions that travel through the client.

#define CAF_SUITE stateless_requests

#include "modern_fixture.hpp"

#include "troupe/protocol/http_gate.hpp"

using namespace troupe;
using namespace troupe::test;
using namespace std::literals;

namespace {

struct fixture : modern_fixture {
  fixture() {
    handler_set set;
    const handler says_ok{[](const call&) -> outcome { return tool_result::text("ok"); },
                          execution::inline_};
    set.add(protocol::tool{"checked"}.with_description("d").with_input(
                R"({"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]})"),
            says_ok);
    set.add(
        protocol::tool{"routed"}.with_description("d").with_input(
            R"({"type":"object","properties":{"r":{"type":"string","x-mcp-header":"Region"}}})"),
        says_ok);
    set.add(protocol::tool{"must_task"}.with_description("d"), says_ok,
            tool_options{.tasks = task_support::required});
    set.add(protocol::tool{"may_task"}.with_description("d"), says_ok,
            tool_options{.tasks = task_support::optional});
    set.add(protocol::tool{"wishes"}.with_description("d"),
            handler{[](const call&) -> outcome { return continue_as_task{"noted"}; },
                    execution::inline_},
            tool_options{.tasks = task_support::optional, .start = task_start::returned});
    CAF_REQUIRE(set.errors().empty());
    offer(set);
  }

  /// The head of a request with these header lines.
  const protocol::http_head& head(std::string fields) {
    bytes = "POST /mcp HTTP/1.1\r\nHost: localhost\r\n" + std::move(fields) + "\r\n";
    gate.reset();
    CAF_REQUIRE(gate.check(bytes).state == protocol::gate_state::complete);
    return gate.head();
  }

  std::string text_of_tool(const boost::json::value& answer) {
    return std::string{answer.at("result").at("content").at(0).at("text").as_string()};
  }

  /// The first round of asks_inline; returns its requestState.
  std::string ask() {
    const auto& asked = answer_to(modern_call("asks_inline", with_forms));
    CAF_REQUIRE_EQUAL(asked.at("result").at("resultType").as_string(), "input_required");
    return std::string{asked.at("result").at("requestState").as_string()};
  }

  static std::string retry(std::string_view sealed, std::string_view responses,
                           std::string_view tool = "asks_inline",
                           std::string_view arguments = "{}") {
    std::string more = R"("arguments":)" + std::string{arguments};
    if (!sealed.empty())
      more += R"(,"requestState":")" + std::string{sealed} + '"';
    return modern_call(tool, with_forms, more + R"(,"inputResponses":)" + std::string{responses});
  }

  protocol::head_gate gate;
  std::string bytes;
};

constexpr auto ada = R"({"who":{"action":"accept","content":{"name":"Ada"}}})"sv;

} // namespace

CAF_TEST_FIXTURE_SCOPE(stateless_requests_tests, fixture)

// -- answered at once -----------------------------------------------------------------------------

CAF_TEST(lists_say_what_they_are_who_answers_and_how_long_they_hold) {
  for (const auto* method :
       {"tools/list", "resources/list", "resources/templates/list", "prompts/list"}) {
    const auto& result = answer_to(modern(method)).at("result");
    CAF_CHECK_EQUAL(result.at("resultType").as_string(), "complete");
    CAF_CHECK_EQUAL(result.at("ttlMs").as_int64(), 60'000);
    CAF_CHECK_EQUAL(result.at("cacheScope").as_string(), "public");
    const auto& info = result.at("_meta").at("io.modelcontextprotocol/serverInfo");
    CAF_CHECK_EQUAL(info.at("name").as_string(), "troupe");
  }
  CAF_CHECK_EQUAL(observer.outcomes.size(), 4u);
}

CAF_TEST(answers_share_the_bytes_of_a_long_list) {
  CAF_CHECK(answer_to(modern("tools/list")).at("result").at("tools").as_array().size() > 4);
  CAF_CHECK(last.shared_end == nullptr); // it is short
  offer_long_tool();
  const auto& first = answer_to(modern("tools/list")).at("result");
  const auto shared = last.shared_end;
  CAF_REQUIRE(shared != nullptr);
  CAF_CHECK(last.json.size() < 100);
  CAF_CHECK(answer_to(modern("tools/list")).at("result") == first);
  CAF_CHECK(last.shared_end == shared);
  offer_long_tool(); // which is another one now
  answer_to(modern("tools/list"));
  CAF_CHECK(last.shared_end != nullptr && last.shared_end != shared);
}

CAF_TEST(discovery_tells_revisions_and_capabilities) {
  const auto& result = answer_to(modern("server/discover")).at("result");
  CAF_CHECK_EQUAL(result.at("resultType").as_string(), "complete");
  CAF_CHECK_EQUAL(result.at("ttlMs").as_int64(), 3'600'000);
  CAF_CHECK_EQUAL(result.at("supportedVersions").at(0).as_string(), "2026-07-28");
  const auto& extensions = result.at("capabilities").at("extensions").as_object();
  CAF_CHECK(extensions.contains("io.modelcontextprotocol/tasks"));
}

CAF_TEST(a_server_may_keep_its_name_to_itself) {
  options->tell_server_info = false;
  CAF_CHECK(make_server_info(*options) == nullptr);
  state->server_info = nullptr;
  state->lists.clear();
  CAF_CHECK(!answer_to(modern("tools/list")).at("result").as_object().contains("_meta"));
  const auto& said = answer_to(modern_call("echo")).at("result").as_object();
  CAF_CHECK(!said.contains("_meta"));
}

CAF_TEST(a_cursor_that_is_none_is_wrong_parameters) {
  CAF_CHECK_EQUAL(error_of(modern("tools/list", R"("cursor":7)")), -32602);
  CAF_CHECK_EQUAL(error_of(modern("tools/list", R"("cursor":"nonsense")")), -32602);
  CAF_CHECK_EQUAL(last.status, 200);
  CAF_CHECK(observer.outcomes.back() == outcome_kind::protocol_error);
}

CAF_TEST(an_inline_handler_is_called_in_place) {
  const auto& answer = answer_to(modern_call("echo", "{}", R"("arguments":{"message":"here"})"));
  CAF_CHECK_EQUAL(text_of_tool(answer), "here");
  CAF_CHECK_EQUAL(last.status, 200);
  CAF_CHECK(observer.outcomes.back() == outcome_kind::ok);
  CAF_CHECK_EQUAL(used(limit::calls), 0u);
}

CAF_TEST(what_an_inline_handler_tells_is_told_before_its_answer) {
  const auto call =
      modern_call("progress", "{}", R"("arguments":{})",
                  R"(,"progressToken":"p","io.modelcontextprotocol/logLevel":"info")");
  CAF_CHECK_EQUAL(text_of_tool(answer_to(call)), "ok");
  CAF_REQUIRE_EQUAL(direct_events.size(), 3u);
  CAF_CHECK(direct_events[0].find("notifications/progress") != std::string::npos);
  CAF_CHECK(direct_events[1].find("careful") != std::string::npos);
  CAF_CHECK(direct_events[2].find("done") != std::string::npos);
}

CAF_TEST(without_a_token_and_a_level_nothing_is_told) {
  answer_to(modern_call("progress"));
  CAF_CHECK(direct_events.empty());
}

CAF_TEST(an_inline_handler_that_throws_is_an_incident_without_its_cause) {
  CAF_CHECK_EQUAL(error_of(modern_call("throws")), -32603);
  CAF_CHECK(last.json.find("secret") == std::string::npos);
  CAF_CHECK(observer.outcomes.back() == outcome_kind::internal_error);
}

// -- refused --------------------------------------------------------------------------------------

CAF_TEST(what_does_not_exist_is_wrong_parameters) {
  CAF_CHECK_EQUAL(error_of(modern_call("nobody")), -32602);
  CAF_CHECK_EQUAL(error_of(modern("prompts/get", R"("name":"nothing")")), -32602);
  const auto& missing = answer_to(modern("resources/read", R"("uri":"test://nowhere")"));
  CAF_CHECK_EQUAL(missing.at("error").at("code").as_int64(), -32602);
  CAF_CHECK_EQUAL(missing.at("error").at("data").at("uri").as_string(), "test://nowhere");
  CAF_CHECK_EQUAL(last.status, 200);
}

CAF_TEST(arguments_against_the_schema_are_a_result_for_the_model) {
  const auto& refused = answer_to(modern_call("checked", "{}", R"("arguments":{"n":"x"})"));
  CAF_CHECK(refused.at("result").at("isError").as_bool());
  CAF_CHECK(text_of_tool(refused).find("arguments/n") != std::string::npos);
  CAF_CHECK(observer.outcomes.back() == outcome_kind::tool_error);
  CAF_CHECK(
      answer_to(modern_call("checked", "{}", R"("name2":1)")).at("result").at("isError").as_bool());
  const auto& good = answer_to(modern_call("checked", "{}", R"("arguments":{"n":1})"));
  CAF_CHECK_EQUAL(text_of_tool(good), "ok");
}

CAF_TEST(arguments_that_are_no_object_are_wrong_parameters) {
  CAF_CHECK_EQUAL(error_of(modern_call("checked", "{}", R"("arguments":[])")), -32602);
}

CAF_TEST(a_header_that_differs_from_its_argument_is_refused) {
  const auto call = modern_call("routed", "{}", R"("arguments":{"r":"eu"})");
  CAF_CHECK_EQUAL(error_of(call, &head("Mcp-Param-Region: us\r\n")), -32020);
  CAF_CHECK_EQUAL(last.status, 400);
  CAF_CHECK_EQUAL(error_of(call, &head("")), -32020);
  CAF_CHECK_EQUAL(error_of(call, &head("Mcp-Param-Region: eu\r\n")), 0);
  CAF_CHECK_EQUAL(error_of(call), 0); // without headers there is nothing to compare
}

CAF_TEST(a_tool_that_is_always_a_task_needs_the_extension) {
  const auto& refused = answer_to(modern_call("must_task"));
  CAF_CHECK_EQUAL(refused.at("error").at("code").as_int64(), -32021);
  const auto& required = refused.at("error").at("data").at("requiredCapabilities");
  CAF_CHECK(required.at("extensions").as_object().contains("io.modelcontextprotocol/tasks"));
  CAF_CHECK_EQUAL(last.status, 400);
}

CAF_TEST(a_tool_that_may_be_a_task_is_one_for_those_who_know_tasks) {
  CAF_CHECK_EQUAL(text_of_tool(answer_to(modern_call("may_task"))), "ok");
  auto step = begin(modern_call("may_task", with_tasks));
  CAF_REQUIRE(std::holds_alternative<stateless_start>(step));
  CAF_CHECK(std::get<stateless_start>(step).as_task);
}

CAF_TEST(an_inline_handler_that_wants_a_task_is_called_again_elsewhere) {
  auto step = begin(modern_call("wishes", with_tasks));
  CAF_REQUIRE(std::holds_alternative<stateless_start>(step));
  const auto& start = std::get<stateless_start>(step);
  CAF_CHECK(start.as_task);
  CAF_CHECK(start.data->in_task);
  CAF_CHECK_EQUAL(start.data->state, "noted");
  CAF_CHECK(start.data->direct == nullptr);
  auto waits = begin(modern_call("wishes"));
  CAF_REQUIRE(std::holds_alternative<stateless_start>(waits));
  CAF_CHECK(!std::get<stateless_start>(waits).as_task);
}

CAF_TEST(methods_of_the_older_era_are_unknown) {
  auto step = begin(modern_call("slow"));
  CAF_CHECK(std::holds_alternative<stateless_start>(step));
  const auto checked = protocol::check_modern_request(*parse(modern("ping")), nullptr);
  CAF_REQUIRE(std::holds_alternative<protocol::modern_refusal>(checked));
  CAF_CHECK_EQUAL(std::get<protocol::modern_refusal>(checked).status, 404);
}

// -- subscriptions and tasks ----------------------------------------------------------------------

CAF_TEST(a_subscription_is_left_to_its_carrier) {
  auto step =
      begin(modern("subscriptions/listen", R"("notifications":{"toolsListChanged":true,)"
                                           R"("resourceSubscriptions":["test://a","test://a"]})"));
  CAF_REQUIRE(std::holds_alternative<stateless_listen>(step));
  const auto& filter = std::get<stateless_listen>(step).filter;
  CAF_CHECK(filter.tools);
  CAF_CHECK(!filter.prompts);
  CAF_CHECK_EQUAL(filter.uris, std::vector{"test://a"s});
}

CAF_TEST(a_filter_that_is_wrong_too_long_or_absent_is_refused) {
  options->max_subscriptions = 2;
  CAF_CHECK_EQUAL(error_of(modern("subscriptions/listen")), -32602);
  CAF_CHECK_EQUAL(error_of(modern("subscriptions/listen", R"("notifications":[])")), -32602);
  CAF_CHECK_EQUAL(
      error_of(modern("subscriptions/listen", R"("notifications":{"toolsListChanged":1})")),
      -32602);
  CAF_CHECK_EQUAL(error_of(modern("subscriptions/listen",
                                  R"("notifications":{"resourceSubscriptions":["a","b","c"]})")),
                  -32602);
  CAF_CHECK_EQUAL(error_of(modern("subscriptions/listen",
                                  R"("notifications":{"resourceSubscriptions":["a"],)"
                                  R"("taskIds":["b","c"]})",
                                  with_tasks)),
                  -32602);
}

CAF_TEST(listening_to_tasks_needs_the_extension) {
  const auto params = R"("notifications":{"taskIds":["x"]})"sv;
  CAF_CHECK_EQUAL(error_of(modern("subscriptions/listen", params)), -32021);
  CAF_CHECK_EQUAL(last.status, 400);
  auto step = begin(modern("subscriptions/listen", params, with_tasks));
  CAF_CHECK(std::holds_alternative<stateless_listen>(step));
}

CAF_TEST(questions_for_tasks_need_the_extension_and_a_task) {
  const auto id = std::string{protocol::make_session_id().view()};
  const auto params = R"("taskId":")" + id + '"';
  CAF_CHECK_EQUAL(error_of(modern("tasks/get", params)), -32021);
  CAF_CHECK_EQUAL(error_of(modern("tasks/get", params, with_tasks)), -32602);
  CAF_CHECK_EQUAL(error_of(modern("tasks/cancel", R"("taskId":"short")", with_tasks)), -32602);
  CAF_CHECK_EQUAL(error_of(modern("tasks/get", R"("taskId":7)", with_tasks)), -32602);
  CAF_CHECK_EQUAL(error_of(modern("tasks/update", params, with_tasks)), -32602);
}

CAF_TEST(a_task_of_another_thread_is_asked_for_at_its_shard) {
  state->count = 2;
  state->shards = {caf::actor{}, transport};
  const auto id = protocol::make_session_id(2, 1);
  auto step =
      begin(modern("tasks/get", R"("taskId":")" + std::string{id.view()} + '"', with_tasks));
  CAF_REQUIRE(std::holds_alternative<stateless_task>(step));
  CAF_CHECK(std::get<stateless_task>(step).owner == transport);
  CAF_CHECK(std::get<stateless_task>(step).request.task == id);
  state->shards.clear();
}

// -- rounds ---------------------------------------------------------------------------------------

CAF_TEST(a_handlers_question_becomes_a_result_with_a_sealed_state) {
  const auto& result = answer_to(modern_call("asks_inline", with_forms)).at("result");
  CAF_CHECK_EQUAL(result.at("resultType").as_string(), "input_required");
  const auto& question = result.at("inputRequests").at("who");
  CAF_CHECK_EQUAL(question.at("method").as_string(), "elicitation/create");
  CAF_CHECK_EQUAL(question.at("params").at("message").as_string(), "Your name?");
  CAF_CHECK(last.json.find("asked once") == std::string::npos);
  CAF_CHECK(observer.outcomes.back() == outcome_kind::ok);
}

CAF_TEST(the_answer_and_the_state_come_back_with_the_retry) {
  const auto sealed = ask();
  CAF_CHECK_EQUAL(text_of_tool(answer_to(retry(sealed, ada))), "Ada (asked once)");
  // It is sealed, not for single use.
  CAF_CHECK_EQUAL(text_of_tool(answer_to(retry(sealed, ada))), "Ada (asked once)");
}

CAF_TEST(answers_that_are_none_are_left_out_and_asked_for_again) {
  const auto sealed = ask();
  for (const auto responses :
       {R"({})"sv, R"({"other":{"action":"accept","content":{"name":"Ada"}}})"sv,
        R"({"who":"Ada"})"sv, R"({"who":{"action":"perhaps"}})"sv,
        R"({"who":{"action":"accept","content":{"name":7}}})"sv, R"({"who":{"roots":[]}})"sv}) {
    const auto& again = answer_to(retry(sealed, responses));
    CAF_CHECK_EQUAL(again.at("result").at("resultType").as_string(), "input_required");
  }
}

CAF_TEST(responses_and_state_of_a_wrong_shape_are_refused) {
  CAF_CHECK_EQUAL(error_of(retry("", "[]")), -32602);
  CAF_CHECK_EQUAL(error_of(modern_call("asks_inline", with_forms, R"("requestState":7)")), -32602);
}

CAF_TEST(a_state_holds_until_its_time_is_over) {
  const auto sealed = ask();
  wall_ms += options->request_state_ttl.count() - 1000;
  CAF_CHECK_EQUAL(error_of(retry(sealed, ada)), 0);
  wall_ms += 1000;
  CAF_CHECK_EQUAL(error_of(retry(sealed, ada)), -32602);
  CAF_CHECK(last.json.find("invalid or expired requestState") != std::string::npos);
  CAF_CHECK_EQUAL(last.status, 200);
}

CAF_TEST(a_state_is_for_its_own_request_only) {
  const auto sealed = ask();
  CAF_CHECK_EQUAL(error_of(retry(sealed, ada, "asks_inline", R"({"a":1})")), -32602);
  CAF_CHECK_EQUAL(error_of(retry(sealed, ada, "echo")), -32602);
  CAF_CHECK_EQUAL(error_of(retry("nonsense", ada)), -32602);
  state->keys = protocol::key_ring::make_random();
  CAF_CHECK_EQUAL(error_of(retry(sealed, ada)), -32602);
}

CAF_TEST(what_the_client_did_not_declare_is_not_asked) {
  const auto& refused = answer_to(modern_call("asks_inline"));
  CAF_CHECK_EQUAL(refused.at("error").at("code").as_int64(), -32021);
  const auto& required = refused.at("error").at("data").at("requiredCapabilities");
  CAF_CHECK(required.as_object().contains("elicitation"));
  CAF_CHECK_EQUAL(last.status, 400);
}

CAF_TEST_FIXTURE_SCOPE_END()
