#include "troupe/protocol/resource.hpp"

#define CAF_SUITE resource
#include "caf/test/unit_test.hpp"

using namespace troupe::protocol;

namespace {

template<class Described>
std::string at(const Described& subject, revision r) {
  std::string out;
  subject.append_json(out, r);
  return out;
}

using enum revision;

} // namespace

CAF_TEST(a_resource_is_described_as_far_as_the_revision_goes) {
  const auto subject = resource("test://a", "a")
                           .with_title("A")
                           .with_description("about")
                           .with_mime_type("text/plain")
                           .with_size(12)
                           .with_annotations({{role::user}, 1.0, "2026-01-01T00:00:00Z"})
                           .with_icon({"data:,", "", {}, icon_theme::light})
                           .with_meta({{"k", 1}});
  CAF_CHECK_EQUAL(at(subject, r2024_11_05),
                  R"({"uri":"test://a","name":"a","description":"about","mimeType":"text/plain",)"
                  R"("annotations":{"audience":["user"],"priority":1.0},"size":12})");
  CAF_CHECK_EQUAL(
      at(subject, r2025_11_25),
      R"({"uri":"test://a","name":"a","title":"A","description":"about",)"
      R"("icons":[{"src":"data:,","theme":"light"}],"mimeType":"text/plain",)"
      R"("annotations":{"audience":["user"],"priority":1.0,"lastModified":"2026-01-01T00:00:00Z"},)"
      R"("_meta":{"k":1},"size":12})");
}

CAF_TEST(a_template_is_described_with_its_template) {
  const auto subject =
      resource_template("test://t/{id}", "t").with_mime_type("application/json").with_title("T");
  CAF_CHECK_EQUAL(
      at(subject, r2025_11_25),
      R"({"uriTemplate":"test://t/{id}","name":"t","title":"T","mimeType":"application/json"})");
  CAF_CHECK_EQUAL(at(subject, r2025_03_26),
                  R"({"uriTemplate":"test://t/{id}","name":"t","mimeType":"application/json"})");
}

CAF_TEST(uris_are_checked_at_registration) {
  for (const auto* uri : {"test://a", "file:///a%20b", "urn:x:y", "a+b.c-1:x"}) {
    CAF_MESSAGE(uri);
    CAF_CHECK(inspect(resource(uri, "n")).ok());
  }
  for (const auto* uri : {"", "a", "/a", "://a", "1a://b", "a b://c", "test://a b",
                          "test://\xC3\xA9", "test://a\n"}) {
    CAF_MESSAGE(uri);
    CAF_CHECK(!inspect(resource(uri, "n")).ok());
  }
  CAF_CHECK(!inspect(resource("test://a", "")).ok());
}

CAF_TEST(templates_are_checked_at_registration) {
  CAF_CHECK(inspect(resource_template("test://{a}", "n")).ok());
  const auto found = inspect(resource_template("test://{a", "n"));
  CAF_REQUIRE_EQUAL(found.errors.size(), 1u);
  CAF_CHECK(found.errors.front().find("byte 7") != std::string::npos);
}
