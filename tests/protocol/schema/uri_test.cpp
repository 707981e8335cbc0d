#include "troupe/protocol/schema/uri.hpp"

#define CAF_SUITE uri
#include "caf/test/unit_test.hpp"

using namespace troupe::protocol::schema;

CAF_TEST(references_are_resolved_as_rfc_3986_lists_it) {
  // Section 5.4.
  const std::pair<const char*, const char*> table[] = {
      {"g:h", "g:h"},
      {"g", "http://a/b/c/g"},
      {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},
      {"/g", "http://a/g"},
      {"//g", "http://g"},
      {"?y", "http://a/b/c/d;p?y"},
      {"g?y", "http://a/b/c/g?y"},
      {"#s", "http://a/b/c/d;p?q#s"},
      {"g#s", "http://a/b/c/g#s"},
      {"", "http://a/b/c/d;p?q"},
      {".", "http://a/b/c/"},
      {"..", "http://a/b/"},
      {"../g", "http://a/b/g"},
      {"../../../g", "http://a/g"},
      {"/../g", "http://a/g"},
      {"./g/.", "http://a/b/c/g/"},
      {"g/../h", "http://a/b/c/h"},
      {"g?y/../x", "http://a/b/c/g?y/../x"},
  };
  for (const auto& [reference, expected] : table)
    CAF_CHECK_EQUAL(resolve_uri("http://a/b/c/d;p?q", reference), std::string(expected));
}

CAF_TEST(a_base_may_be_missing_or_opaque) {
  CAF_CHECK_EQUAL(resolve_uri("", "#/a"), "#/a");
  CAF_CHECK_EQUAL(resolve_uri("", "a.json"), "a.json");
  CAF_CHECK_EQUAL(resolve_uri("a.json", "b.json#x"), "b.json#x");
  CAF_CHECK_EQUAL(resolve_uri("http://a", "b"), "http://a/b");
  CAF_CHECK_EQUAL(resolve_uri("urn:uuid:1", "#a"), "urn:uuid:1#a");
}
