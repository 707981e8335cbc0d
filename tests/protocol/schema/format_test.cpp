// What the official suite does not ask about the formats.
#include "troupe/protocol/schema/format.hpp"

#define CAF_SUITE format
#include "caf/test/unit_test.hpp"

#include <string>

using namespace troupe::protocol::schema;

namespace {

bool is(std::string_view name, std::string_view text) {
  const auto* found = find_format(name);
  CAF_REQUIRE(found != nullptr);
  return found->accepts(text);
}

} // namespace

CAF_TEST(unknown_formats_are_unknown) {
  CAF_CHECK(find_format("colour") == nullptr);
  CAF_CHECK(find_format("") == nullptr);
}

CAF_TEST(no_format_trips_over_odd_texts) {
  for (auto name :
       {"date", "date-time", "duration", "email", "hostname", "idn-email", "idn-hostname", "ipv4",
        "ipv6", "iri", "iri-reference", "json-pointer", "regex", "relative-json-pointer", "time",
        "uri", "uri-reference", "uri-template", "uuid"})
    for (auto text : {"", "[", "[]", "//[", "//[]", "a@", "@", "\"@a", "xn--", "::", "{", "%",
                      "\xFF", "P", "v.", "[v1.]", "a:b@[v1.x]:1", "\\", "~"})
      find_format(name)->accepts(text);
}

CAF_TEST(hosts_and_addresses_have_their_limits) {
  CAF_CHECK(!is("ipv4", "1.2.3.04"));
  CAF_CHECK(!is("ipv4", "1.2.3.4.5"));
  CAF_CHECK(!is("ipv6", "1::2:3:4:5:6:7:8"));
  CAF_CHECK(is("hostname", std::string(63, 'a') + "." + std::string(63, 'b')));
  CAF_CHECK(!is("hostname", std::string(60, 'a') + std::string("." + std::string(63, 'b')) +
                                std::string(140, 'c')));
  CAF_CHECK(is("idn-hostname", "bücher.example"));
  CAF_CHECK(is("hostname", "xn--bcher-kva.example"));
  CAF_CHECK(!is("hostname", "bücher.example"));
  std::string many;
  for (int i = 0; i < 300; ++i)
    many += "ü";
  CAF_CHECK(!is("idn-hostname", many));
}

CAF_TEST(uris_have_their_parts_checked) {
  CAF_CHECK(is("uri", "http://user:pass@[::1]:80/a%20b?c=d#e"));
  CAF_CHECK(!is("uri", "http://[::1"));
  CAF_CHECK(!is("uri", "http://a:b/"));
  CAF_CHECK(!is("uri", "http://a/%2"));
  CAF_CHECK(is("uri", "http://[v1.a:b]/"));
  CAF_CHECK(!is("uri-reference", "1:2"));
  CAF_CHECK(is("iri-reference", "ä?\uE000"));
  CAF_CHECK(!is("iri-reference", "\uE000"));
  CAF_CHECK(is("uri-template", "{+a,b.c:30}{?list*}"));
  CAF_CHECK(!is("uri-template", "{}"));
  CAF_CHECK(!is("uri-template", "a b"));
}
