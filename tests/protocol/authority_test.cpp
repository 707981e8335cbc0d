#define CAF_SUITE authority
#include "troupe/protocol/authority.hpp"

#include "caf/test/unit_test.hpp"

#include <string>

using namespace troupe::protocol;

namespace {

std::string shown(std::string_view text) {
  const auto parsed = parse_authority(text);
  if (!parsed)
    return "refused";
  return std::string{parsed->host} + (parsed->port ? " " + std::to_string(*parsed->port) : "");
}

} // namespace

CAF_TEST(host_and_port_are_told_apart) {
  CAF_CHECK_EQUAL(shown("localhost"), "localhost");
  CAF_CHECK_EQUAL(shown("localhost:8000"), "localhost 8000");
  CAF_CHECK_EQUAL(shown("localhost:"), "localhost");
  CAF_CHECK_EQUAL(shown("127.0.0.1:0"), "127.0.0.1 0");
  CAF_CHECK_EQUAL(shown("a_b-c.example:65535"), "a_b-c.example 65535");
}

CAF_TEST(ipv6_literals_keep_their_brackets) {
  CAF_CHECK_EQUAL(shown("[::1]"), "[::1]");
  CAF_CHECK_EQUAL(shown("[::1]:8000"), "[::1] 8000");
  CAF_CHECK_EQUAL(shown("[::ffff:127.0.0.1]:80"), "[::ffff:127.0.0.1] 80");
  CAF_CHECK_EQUAL(shown("[2001:DB8::A]:"), "[2001:DB8::A]");
}

CAF_TEST(what_is_no_host_and_port_is_refused) {
  for (const std::string text : {"",
                                 ":",
                                 ":80",
                                 "host:65536",
                                 "host:99999",
                                 "host:123456",
                                 "host:-1",
                                 "host:+1",
                                 "host:8x",
                                 "host:80:80",
                                 "user@host",
                                 "host/path",
                                 "http://host",
                                 "a b",
                                 "a,b ",
                                 "h%6fst",
                                 "::1",
                                 "[::1",
                                 "::1]",
                                 "[]",
                                 "[:::1]",
                                 "[::1]x",
                                 "[::1]80",
                                 "x[::1]",
                                 "[::1%25eth0]",
                                 "[v1.x]",
                                 "[127.0.0.1]",
                                 "[12345::]",
                                 "host\t",
                                 "h\xC3\xB6st",
                                 "[0000:0000:0000:0000:0000:0000:0000:0000:0000:0001]"})
    CAF_CHECK_EQUAL(shown(text) + " " + text, "refused " + text);
  CAF_CHECK_EQUAL(shown(std::string{"[::1\0]", 6}), "refused");
}
