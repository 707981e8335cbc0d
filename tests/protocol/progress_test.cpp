#include "troupe/protocol/progress.hpp"

#define CAF_SUITE progress
#include "caf/test/unit_test.hpp"

#include "troupe/protocol/document.hpp"

#include <cmath>

using namespace troupe::protocol;

namespace {

std::string token_in(std::string_view text) {
  const auto params = parse_value(text).value();
  const auto token = progress_token_of(&params.as_object());
  return token ? token->to_json() : "none";
}

} // namespace

CAF_TEST(a_token_keeps_its_type) {
  CAF_CHECK_EQUAL(token_in(R"({"_meta":{"progressToken":"1"}})"), R"("1")");
  CAF_CHECK_EQUAL(token_in(R"({"_meta":{"progressToken":1}})"), "1");
  for (const auto* text :
       {R"({})", R"({"_meta":{}})", R"({"_meta":1})", R"({"_meta":{"progressToken":null}})",
        R"({"_meta":{"progressToken":1.5}})", R"({"progressToken":1})"}) {
    CAF_MESSAGE(text);
    CAF_CHECK_EQUAL(token_in(text), "none");
  }
  CAF_CHECK(!progress_token_of(nullptr));
}

CAF_TEST(progress_only_increases) {
  progress_gate gate;
  CAF_CHECK(gate.advance(-1));
  CAF_CHECK(gate.advance(0));
  CAF_CHECK(!gate.advance(0));
  CAF_CHECK(!gate.advance(-0.5));
  CAF_CHECK(gate.advance(0.25));
  CAF_CHECK(!gate.advance(NAN));
  CAF_CHECK(!gate.advance(INFINITY));
  CAF_CHECK(gate.advance(100));
}

CAF_TEST(a_progress_note_follows_the_revision) {
  const progress_token token(std::string("t"));
  std::string out;
  append_progress_params(out, token, 50, 100, "half", revision::r2025_11_25);
  append_progress_params(out, token, 0.5, std::nullopt, "half", revision::r2024_11_05);
  append_progress_params(out, token, 1, NAN, "", revision::r2025_11_25);
  CAF_CHECK_EQUAL(out, R"({"progressToken":"t","progress":50.0,"total":100.0,"message":"half"})"
                       R"({"progressToken":"t","progress":0.5})"
                       R"({"progressToken":"t","progress":1.0})");
}
