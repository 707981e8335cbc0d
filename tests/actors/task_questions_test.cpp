// What tasks ask, under which keys, and which answers they take.

#define CAF_SUITE task_questions

#include "task_fixture.hpp"

using namespace troupe;
using namespace troupe::test;
using namespace std::literals;

CAF_TEST_FIXTURE_SCOPE(task_questions_tests, task_fixture)

CAF_TEST(a_task_asks_under_the_handlers_keys_and_goes_on_with_the_answers) {
  create();
  finish_slow(0, input_required{{{"a", form("x")}, {"b", form("y")}}, "notes"});
  const auto& now = get();
  CAF_CHECK_EQUAL(now.at("status").as_string(), "input_required");
  CAF_CHECK_EQUAL(now.at("inputRequests").at("a").at("method").as_string(), "elicitation/create");
  CAF_CHECK_EQUAL(open_questions(), "a b ");
  CAF_CHECK_EQUAL(told(), "input_required ");

  update(R"({"a":)" + accept("x", "one") + "}");
  CAF_CHECK_EQUAL(status(), "input_required");
  CAF_CHECK_EQUAL(open_questions(), "b ");
  CAF_CHECK_EQUAL(told(), "input_required ");
  CAF_CHECK_EQUAL(slow->calls.size(), 1u);

  update(R"({"b":)" + accept("y", "two") + R"(,"a":)" + accept("x", "changed") + "}");
  CAF_CHECK_EQUAL(status(), "working");
  CAF_CHECK_EQUAL(told(), "working ");
  CAF_REQUIRE_EQUAL(slow->calls.size(), 2u);
  const auto& second = slow->calls[1];
  CAF_CHECK(second.in_task());
  CAF_CHECK_EQUAL(second.state(), "notes");
  CAF_CHECK_EQUAL(second.input("a")->at("content").at("x").as_string(), "one");
  CAF_CHECK_EQUAL(second.input("b")->at("content").at("y").as_string(), "two");
  finish_slow(1, tool_result::text("done"));
  CAF_CHECK_EQUAL(status(), "completed");
}

CAF_TEST(all_questions_may_be_answered_at_once) {
  create();
  finish_slow(0, input_required{{{"a", form("x")}, {"b", form("y")}, {"c", form("z")}}, ""});
  update(R"({"c":)" + accept("z", "3") + R"(,"a":)" + accept("x", "1") + R"(,"b":)" +
         accept("y", "2") + "}");
  CAF_REQUIRE_EQUAL(slow->calls.size(), 2u);
  CAF_CHECK_EQUAL(slow->calls[1].input("a")->at("content").at("x").as_string(), "1");
  CAF_CHECK_EQUAL(slow->calls[1].input("b")->at("content").at("y").as_string(), "2");
  CAF_CHECK_EQUAL(slow->calls[1].input("c")->at("content").at("z").as_string(), "3");
}

CAF_TEST(answers_to_what_was_not_asked_are_ignored) {
  create();
  finish_slow(0, input_required{{{"a", form("x")}}, ""});
  told();
  CAF_CHECK(update(R"({"other":7,"more":{"action":"perhaps"}})").as_object().contains("result"));
  CAF_CHECK_EQUAL(open_questions(), "a ");
  CAF_CHECK_EQUAL(told(), "");
}

CAF_TEST(an_answer_to_a_working_or_finished_task_is_ignored) {
  create();
  CAF_CHECK(update(R"({"a":7})").as_object().contains("result"));
  finish_slow(0, tool_result::text("done"));
  CAF_CHECK(update(R"({"a":7})").as_object().contains("result"));
  CAF_CHECK_EQUAL(status(), "completed");
}

CAF_TEST(a_malformed_answer_to_an_open_question_is_refused_and_nothing_taken) {
  create();
  finish_slow(0, input_required{{{"a", form("x")}, {"b", form("y")}}, ""});
  for (const auto wrong : {R"(7)"sv, R"({"action":"perhaps"})"sv, R"({"roots":[]})"sv,
                           R"({"action":"accept","content":{"y":7}})"sv}) {
    const auto& refused =
        update(R"({"a":)" + accept("x", "one") + R"(,"b":)" + std::string{wrong} + "}");
    CAF_CHECK_EQUAL(refused.at("error").at("code").as_int64(), -32602);
    CAF_CHECK(reply.kind == outcome_kind::protocol_error);
    CAF_CHECK(reply.json.find("params.inputResponses.b") != std::string::npos);
  }
  CAF_CHECK_EQUAL(open_questions(), "a b ");
}

CAF_TEST(a_key_is_never_used_twice_on_the_wire) {
  create();
  finish_slow(0, input_required{{{"a", form("x")}}, ""});
  update(R"({"a":)" + accept("x", "one") + "}");
  finish_slow(1, input_required{{{"a", form("x")}}, ""});
  CAF_CHECK_EQUAL(open_questions(), "a-2 ");
  update(R"({"a":)" + accept("x", "old") + "}");
  CAF_CHECK_EQUAL(open_questions(), "a-2 ");
  update(R"({"a-2":)" + accept("x", "new") + "}");
  CAF_REQUIRE_EQUAL(slow->calls.size(), 3u);
  CAF_CHECK_EQUAL(slow->calls[2].input("a")->at("content").at("x").as_string(), "new");
  CAF_CHECK(slow->calls[2].input("a-2") == nullptr);
}

CAF_TEST(a_handlers_key_that_looks_like_a_second_use_is_no_clash) {
  create();
  finish_slow(0, input_required{{{"a", form("x")}, {"a-2", form("y")}}, ""});
  update(R"({"a":)" + accept("x", "1") + R"(,"a-2":)" + accept("y", "2") + "}");
  finish_slow(1, input_required{{{"a", form("x")}, {"a-2", form("y")}}, ""});
  CAF_CHECK_EQUAL(open_questions(), "a-3 a-2-2 ");
  update(R"({"a-3":)" + accept("x", "3") + R"(,"a-2-2":)" + accept("y", "4") + "}");
  CAF_REQUIRE_EQUAL(slow->calls.size(), 3u);
  CAF_CHECK_EQUAL(slow->calls[2].input("a")->at("content").at("x").as_string(), "3");
  CAF_CHECK_EQUAL(slow->calls[2].input("a-2")->at("content").at("y").as_string(), "4");
}

CAF_TEST(a_task_that_asks_what_the_client_cannot_answer_fails) {
  create(with_tasks);
  finish_slow(0, input_required{{{"a", form("x")}}, ""});
  CAF_CHECK_EQUAL(status(), "failed");
  CAF_CHECK_EQUAL(get().at("error").at("code").as_int64(), -32021);
}

CAF_TEST(a_task_that_asks_nothing_fails) {
  create();
  finish_slow(0, input_required{{}, "notes"});
  CAF_CHECK_EQUAL(status(), "failed");
}

CAF_TEST(a_task_may_be_cancelled_while_it_asks) {
  create();
  finish_slow(0, input_required{{{"a", form("x")}}, ""});
  ask(protocol::method::tasks_cancel);
  CAF_CHECK_EQUAL(status(), "cancelled");
  CAF_CHECK_EQUAL(open_questions(), "");
  CAF_CHECK(update(R"({"a":)" + accept("x", "one") + "}").as_object().contains("result"));
  CAF_CHECK_EQUAL(slow->calls.size(), 1u);
}

CAF_TEST_FIXTURE_SCOPE_END()
