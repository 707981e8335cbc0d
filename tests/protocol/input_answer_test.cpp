#include "troupe/protocol/input_answer.hpp"

#define CAF_SUITE input_answer
#include "caf/test/unit_test.hpp"

#include "troupe/protocol/document.hpp"

using namespace troupe::protocol;

namespace {

json::object object_of(std::string_view text) {
  return parse_value(text).value().as_object();
}

} // namespace

CAF_TEST(elicitation_answers_are_read) {
  const auto accepted = object_of(
      R"({"action":"accept","content":{"s":"x","n":1,"r":0.5,"b":true,"l":["a"]},"_meta":{}})");
  const auto answer = read_elicitation_answer(accepted);
  CAF_REQUIRE(answer.has_value());
  CAF_CHECK(answer->action == elicitation_action::accept);
  CAF_REQUIRE(answer->content != nullptr);
  CAF_CHECK_EQUAL(answer->content->size(), 5u);

  const auto declined = object_of(R"({"action":"decline","content":{"x":1}})");
  CAF_CHECK(read_elicitation_answer(declined)->action == elicitation_action::decline);
  CAF_CHECK(read_elicitation_answer(declined)->content == nullptr);
  CAF_CHECK(read_elicitation_answer(object_of(R"({"action":"cancel"})"))->action ==
            elicitation_action::cancel);
}

CAF_TEST(what_is_no_elicitation_answer_is_nothing) {
  for (const auto* text :
       {R"({})", R"({"action":5})", R"({"action":"ACCEPT"})", R"({"action":"accept","content":[]})",
        R"({"action":"accept","content":null})", R"({"action":"accept","content":{"x":null}})",
        R"({"action":"accept","content":{"x":{}}})",
        R"({"action":"accept","content":{"x":[1]}})"}) {
    CAF_MESSAGE(text);
    CAF_CHECK(!read_elicitation_answer(object_of(text)));
  }
}

CAF_TEST(sampling_answers_are_read) {
  const auto one = object_of(
      R"({"role":"assistant","model":"m","stopReason":"endTurn","content":{"type":"text","text":"hi"}})");
  const auto answer = read_sampling_answer(one);
  CAF_REQUIRE(answer.has_value());
  CAF_CHECK(answer->role == role::assistant);
  CAF_CHECK_EQUAL(answer->model, "m");
  CAF_CHECK_EQUAL(answer->stop_reason, "endTurn");
  CAF_CHECK_EQUAL(answer->text(), "hi");

  const auto many = object_of(
      R"({"role":"user","model":"m","content":[{"type":"image","data":""},{"type":"text","text":"second"}]})");
  CAF_CHECK_EQUAL(read_sampling_answer(many)->text(), "second");
  const auto none = object_of(R"({"role":"user","model":"m","content":[]})");
  CAF_CHECK_EQUAL(read_sampling_answer(none)->text(), "");
}

CAF_TEST(what_is_no_sampling_answer_is_nothing) {
  for (const auto* text :
       {R"({})", R"({"role":"system","model":"m","content":{"type":"text"}})",
        R"({"role":"user","content":{"type":"text"}})", R"({"role":"user","model":"m"})",
        R"({"role":"user","model":"m","content":"hi"})",
        R"({"role":"user","model":"m","content":{}})",
        R"({"role":"user","model":"m","content":["hi"]})",
        R"({"role":"user","model":"m","stopReason":1,"content":{"type":"text"}})"}) {
    CAF_MESSAGE(text);
    CAF_CHECK(!read_sampling_answer(object_of(text)));
  }
}

CAF_TEST(roots_answers_are_read) {
  const auto text = object_of(R"({"roots":[{"uri":"file:///a","name":"A"},{"uri":"file:///b"}]})");
  const auto roots = read_roots_answer(text);
  CAF_REQUIRE(roots.has_value());
  CAF_REQUIRE_EQUAL(roots->size(), 2u);
  CAF_CHECK_EQUAL((*roots)[0].name, "A");
  CAF_CHECK_EQUAL((*roots)[1].uri, "file:///b");
  for (const auto* bad :
       {R"({})", R"({"roots":{}})", R"({"roots":["file:///a"]})", R"({"roots":[{}]})",
        R"({"roots":[{"uri":1}]})", R"({"roots":[{"uri":"file:///a","name":1}]})"}) {
    CAF_MESSAGE(bad);
    CAF_CHECK(!read_roots_answer(object_of(bad)));
  }
}
