#include "troupe/protocol/task.hpp"

#define CAF_SUITE task
#include "caf/test/unit_test.hpp"

#include "troupe/protocol/document.hpp"

using namespace troupe::protocol;
using namespace std::string_literals;

namespace {

constexpr std::string_view id = "786512e2-9e0d-44bd-8f29-789f320fe840";
const result_context bare{revision::r2026_07_28};
const result_context named{revision::r2026_07_28, R"({"name":"troupe","version":"1"})"};

task make_task(task_situation situation) {
  return {id, situation, "", 1'764'066'600'000, 1'764'067'800'000, 60'000, 5'000};
}

json::value parse(std::string_view text) {
  return parse_value(text).value();
}

/// The members that every message about the task has.
json::object expected(std::string_view status) {
  json::object object = parse(R"({"createdAt":"2025-11-25T10:30:00.000Z","ttlMs":60000,
    "lastUpdatedAt":"2025-11-25T10:50:00.000Z","pollIntervalMs":5000})")
                            .as_object();
  object["taskId"] = id;
  object["status"] = status;
  return object;
}

json::value get_result(const task& asked) {
  std::string out;
  append_task_result(out, asked, bare);
  return parse(out);
}

} // namespace

CAF_TEST(a_created_task_is_flat_and_tells_no_outcome) {
  for (const task_situation& situation :
       {task_situation(task_working{}), task_situation(task_completed{"{}"}),
        task_situation(task_input_required{"{}"})}) {
    std::string out;
    append_create_task_result(out, make_task(situation), bare);
    auto wanted = expected(status_of(situation));
    wanted["resultType"] = "task";
    CAF_CHECK(parse(out) == wanted);
  }
}

CAF_TEST(the_result_of_tasks_get_carries_what_belongs_to_its_status) {
  auto wanted = expected("working");
  wanted["resultType"] = "complete";
  CAF_CHECK(get_result(make_task(task_working{})) == wanted);
  wanted["status"] = "cancelled";
  CAF_CHECK(get_result(make_task(task_cancelled{})) == wanted);

  const auto* requests = R"({"name":{"method":"roots/list","params":{}}})";
  wanted["status"] = "input_required";
  wanted["inputRequests"] = parse(requests);
  CAF_CHECK(get_result(make_task(task_input_required{requests})) == wanted);
  wanted.erase("inputRequests");

  const auto* result = R"({"content":[{"type":"text","text":"Hello, Luca!"}],"isError":false})";
  wanted["status"] = "completed";
  wanted["result"] = parse(result);
  CAF_CHECK(get_result(make_task(task_completed{result})) == wanted);
  wanted.erase("result");

  const rpc_error error(-32603, "broken", {{"incident", "i-1"}});
  wanted["status"] = "failed";
  wanted["error"] = parse(R"({"code":-32603,"message":"broken","data":{"incident":"i-1"}})");
  CAF_CHECK(get_result(make_task(task_failed{&error})) == wanted);
  const rpc_error plain(-32000, "no");
  wanted["error"] = parse(R"({"code":-32000,"message":"no"})");
  CAF_CHECK(get_result(make_task(task_failed{&plain})) == wanted);
}

CAF_TEST(a_task_may_live_without_limit_and_has_a_message) {
  auto each = make_task(task_working{});
  each.ttl_ms.reset();
  each.poll_interval_ms.reset();
  each.message = "half \"done\"";
  auto wanted = expected("working");
  wanted["resultType"] = "complete";
  wanted["ttlMs"] = nullptr;
  wanted["statusMessage"] = "half \"done\"";
  wanted.erase("pollIntervalMs");
  CAF_CHECK(get_result(each) == wanted);
  each.ttl_ms = 0;
  each.poll_interval_ms = 0;
  wanted["ttlMs"] = 1;
  wanted["pollIntervalMs"] = 1;
  CAF_CHECK(get_result(each) == wanted);
}

CAF_TEST(an_acknowledgement_is_empty) {
  std::string out;
  append_task_ack(out, bare);
  CAF_CHECK_EQUAL(out, R"({"resultType":"complete"})"s);
}

CAF_TEST(every_result_can_name_the_server) {
  const auto meta =
      parse(R"({"io.modelcontextprotocol/serverInfo":{"name":"troupe","version":"1"}})");
  const auto check = [&](auto write) {
    std::string out;
    write(out);
    CAF_CHECK(parse(out).at("_meta") == meta);
  };
  check([](auto& out) { append_task_ack(out, named); });
  check([](auto& out) { append_task_result(out, make_task(task_working{}), named); });
  check([](auto& out) { append_create_task_result(out, make_task(task_working{}), named); });
}

CAF_TEST(a_notification_says_what_tasks_get_would) {
  const auto changed = make_task(task_completed{R"({"content":[]})"});
  auto wanted = get_result(changed).as_object();
  wanted.erase("resultType");
  CAF_CHECK(parse("{" + make_task_members(changed) + "}") == wanted);
}

CAF_TEST(only_an_outcome_is_terminal) {
  CAF_CHECK(!is_terminal(task_working{}));
  CAF_CHECK(!is_terminal(task_input_required{}));
  CAF_CHECK(is_terminal(task_completed{}));
  CAF_CHECK(is_terminal(task_failed{}));
  CAF_CHECK(is_terminal(task_cancelled{}));
}

CAF_TEST(requests_about_a_task_name_it) {
  const auto good = parse(R"({"taskId":"t-1","inputResponses":{"a":12345,"b":null}})").as_object();
  CAF_CHECK_EQUAL(parse_task_id(&good).value(), std::string_view("t-1"));
  const auto update = parse_task_update(&good).value();
  CAF_CHECK_EQUAL(update.id, std::string_view("t-1"));
  CAF_CHECK_EQUAL(update.responses->size(), 2u);
  for (const auto* text : {"{}", R"({"taskId":1})", R"({"taskId":null,"inputResponses":{}})"}) {
    const auto bad = parse(text).as_object();
    CAF_CHECK_EQUAL(parse_task_id(&bad).error().code, error_code::invalid_params);
    CAF_CHECK_EQUAL(parse_task_update(&bad).error().code, error_code::invalid_params);
  }
  CAF_CHECK(parse_task_id(nullptr).has_error());
  CAF_CHECK(parse_task_update(nullptr).has_error());
  for (const auto* text : {R"({"taskId":"t"})", R"({"taskId":"t","inputResponses":[]})",
                           R"({"taskId":"t","inputResponses":null})"}) {
    const auto bad = parse(text).as_object();
    CAF_CHECK_EQUAL(parse_task_update(&bad).error().code, error_code::invalid_params);
  }
}

CAF_TEST(errors_about_tasks_have_their_codes) {
  CAF_CHECK_EQUAL(make_unknown_task().code, error_code::invalid_params);
  const auto error = make_missing_tasks_extension();
  CAF_CHECK_EQUAL(error.code, error_code::missing_client_capability);
  CAF_CHECK(
      error.data ==
      parse(R"({"requiredCapabilities":{"extensions":{"io.modelcontextprotocol/tasks":{}}}})"));
}
