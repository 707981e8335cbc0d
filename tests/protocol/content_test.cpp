#include "troupe/protocol/content.hpp"

#define CAF_SUITE content
#include "caf/test/unit_test.hpp"

#include <cmath>

using namespace troupe::protocol;

namespace {

std::string at(const content& block, revision r) {
  std::string out;
  block.append_json(out, r);
  return out;
}

resource_link link() {
  return {"test://x",
          "x",
          "X",
          "about",
          "text/plain",
          5,
          {{"data:,", "image/png", {"48x48"}, icon_theme::dark}}};
}

using enum revision;

} // namespace

CAF_TEST(every_kind_of_block_has_its_wire_form) {
  CAF_CHECK_EQUAL(at(content::text("hi"), r2025_11_25), R"({"type":"text","text":"hi"})");
  CAF_CHECK_EQUAL(at(content::image("abc", "image/png"), r2025_11_25),
                  R"({"type":"image","data":"YWJj","mimeType":"image/png"})");
  CAF_CHECK_EQUAL(at(content::audio_base64("YWJj", "audio/wav"), r2025_03_26),
                  R"({"type":"audio","data":"YWJj","mimeType":"audio/wav"})");
  CAF_CHECK_EQUAL(
      at(content::resource(resource_contents::text("test://r", "body")), r2025_11_25),
      R"({"type":"resource","resource":{"uri":"test://r","mimeType":"text/plain","text":"body"}})");
  CAF_CHECK_EQUAL(
      at(content::resource(resource_contents::bytes("test://r", "abc", "image/png")), r2025_11_25),
      R"({"type":"resource","resource":{"uri":"test://r","mimeType":"image/png","blob":"YWJj"}})");
  CAF_CHECK_EQUAL(
      at(content::link(link()), r2025_11_25),
      R"({"type":"resource_link","uri":"test://x","name":"x","title":"X","description":"about",)"
      R"("mimeType":"text/plain","size":5,)"
      R"("icons":[{"src":"data:,","mimeType":"image/png","sizes":["48x48"],"theme":"dark"}]})");
}

CAF_TEST(what_a_revision_does_not_know_becomes_text_or_is_left_out) {
  CAF_CHECK_EQUAL(
      at(content::audio("abc", "audio/wav"), r2024_11_05),
      R"({"type":"text","text":"[audio, audio/wav: this client's protocol revision has no audio content]"})");
  CAF_CHECK_EQUAL(at(content::link(link()), r2025_03_26),
                  R"({"type":"text","text":"x: test://x"})");
  CAF_CHECK_EQUAL(
      at(content::link(link()), r2025_06_18),
      R"({"type":"resource_link","uri":"test://x","name":"x","title":"X","description":"about",)"
      R"("mimeType":"text/plain","size":5})");
}

CAF_TEST(annotations_and_meta_follow_the_revision) {
  annotations notes;
  notes.audience = {role::user, role::assistant};
  notes.priority = 0.5;
  notes.last_modified = "2026-01-01T00:00:00Z";
  const auto block = content::text("t").with_annotations(notes).with_meta({{"k", 1}});
  CAF_CHECK_EQUAL(
      at(block, r2025_03_26),
      R"({"type":"text","text":"t","annotations":{"audience":["user","assistant"],"priority":0.5}})");
  CAF_CHECK_EQUAL(
      at(block, r2025_06_18),
      R"({"type":"text","text":"t","annotations":{"audience":["user","assistant"],"priority":0.5,)"
      R"("lastModified":"2026-01-01T00:00:00Z"},"_meta":{"k":1}})");
}

CAF_TEST(priority_stays_between_zero_and_one) {
  struct row {
    double given;
    const char* expected;
  };
  for (const auto& [given, expected] : {row{-1, R"({"priority":0.0})"},
                                        {2, R"({"priority":1.0})"},
                                        {INFINITY, R"({"priority":1.0})"},
                                        {NAN, "{}"}}) {
    annotations notes;
    notes.priority = given;
    std::string out;
    append_json(out, notes, r2025_11_25);
    CAF_CHECK_EQUAL(out, expected);
  }
}
