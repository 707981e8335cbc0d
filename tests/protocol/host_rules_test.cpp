#define CAF_SUITE host_rules
#include "troupe/protocol/host_rules.hpp"

#include "caf/test/unit_test.hpp"

#include <string>

using namespace troupe::protocol;

namespace {

host_rules compiled(const host_rules_config& config) {
  auto result = host_rules::compile(config);
  CAF_REQUIRE(std::holds_alternative<host_rules>(result));
  return std::get<host_rules>(std::move(result));
}

std::string complaint(const host_rules_config& config) {
  const auto result = host_rules::compile(config);
  const auto* error = std::get_if<host_rules_error>(&result);
  return error != nullptr ? error->message : "";
}

} // namespace

CAF_TEST(by_default_only_the_own_machine_is_served) {
  const host_rules rules;
  for (const auto* host : {"localhost", "LOCALHOST:8000", "127.0.0.1", "127.0.0.1:1", "[::1]",
                           "[::1]:8000", "[0:0:0:0:0:0:0:1]", "[0000::0001]:80"})
    CAF_CHECK_EQUAL(rules.allows_host(host) ? "" : host, std::string{});
  for (const auto* host :
       {"evil.example.com", "evil.example.com:8000", "localhost.evil.com", "localhost.",
        "127.0.0.2", "127.1", "0x7f.1", "2130706433", "[::2]", "[::ffff:127.0.0.1]", "", ":80",
        "::1", "localhost:x", "localhost@evil", "evil@localhost", "localhost,evil", "null"})
    CAF_CHECK_EQUAL(rules.allows_host(host) ? host : "", std::string{});
  CAF_CHECK(!rules.allows_host(std::nullopt));
}

CAF_TEST(by_default_only_pages_of_the_own_machine_may_call) {
  const host_rules rules;
  CAF_CHECK(rules.allows_origin(std::nullopt));
  for (const auto* origin : {"http://localhost", "https://localhost:8443", "HTTP://LocalHost:6274",
                             "http://127.0.0.1:3000", "http://[::1]", "https://[0::1]:1"})
    CAF_CHECK_EQUAL(rules.allows_origin(origin) ? "" : origin, std::string{});
  for (const auto* origin :
       {"null", "", "http://evil.example.com", "http://localhost.evil.com", "localhost",
        "http://localhost/", "http://localhost/path", "ftp://localhost", "file://", "://localhost",
        "http://localhost http://evil.com", "http://evil.com http://localhost", "http:localhost",
        "http://evil@localhost", "http://localhost:x", "chrome-extension://localhost"})
    CAF_CHECK_EQUAL(rules.allows_origin(origin) ? origin : "", std::string{});
}

CAF_TEST(an_allowed_host_with_a_port_allows_that_port_only) {
  const auto rules =
      compiled({{"example.com:8000", "web.example:443", "[2001:DB8::1]:9"}, {}, false});
  CAF_CHECK(rules.allows_host("Example.com:8000"));
  CAF_CHECK(!rules.allows_host("example.com:8001"));
  CAF_CHECK(!rules.allows_host("example.com"));
  CAF_CHECK(rules.allows_host("web.example"));
  CAF_CHECK(rules.allows_host("web.example:443"));
  CAF_CHECK(rules.allows_host("[2001:db8:0::1]:9"));
  CAF_CHECK(!rules.allows_host("localhost"));
  CAF_CHECK(rules.allows_origin("https://web.example"));
  CAF_CHECK(!rules.allows_origin("http://web.example"));
  CAF_CHECK(rules.allows_origin("http://example.com:8000"));
}

CAF_TEST(configured_origins_are_exact_and_turn_cors_on) {
  const auto rules =
      compiled({{"localhost"},
                {"https://App.example.com", "http://x.org:81", "vscode-webview://abc"},
                false});
  CAF_CHECK(rules.has_cors());
  for (const auto* origin : {"https://app.example.com", "https://app.example.com:443",
                             "http://x.org:81", "vscode-webview://abc", "http://localhost:6274"}) {
    CAF_CHECK(rules.allows_origin(origin));
    CAF_CHECK(rules.grants_cors(origin));
  }
  for (const auto* origin : {"http://app.example.com", "https://app.example.com:8443",
                             "http://x.org", "vscode-webview://abc:1", "null", "http://evil.com"}) {
    CAF_CHECK(!rules.allows_origin(origin));
    CAF_CHECK(!rules.grants_cors(origin));
  }
  CAF_CHECK(!rules.allows_host("app.example.com"));
  CAF_CHECK(!host_rules{}.has_cors());
  CAF_CHECK(!host_rules{}.grants_cors("http://localhost"));
}

CAF_TEST(allow_any_switches_the_checks_off_but_grants_no_cors) {
  const auto rules = compiled({{}, {"https://a.example"}, true});
  CAF_CHECK(rules.allows_host("evil.example.com"));
  CAF_CHECK(rules.allows_host(std::nullopt));
  CAF_CHECK(rules.allows_origin("null"));
  CAF_CHECK(!rules.grants_cors("null"));
  CAF_CHECK(!rules.grants_cors("https://evil.example.com"));
  CAF_CHECK(rules.grants_cors("https://a.example"));
}

CAF_TEST(entries_that_mean_nothing_are_named_in_the_error) {
  for (const std::string host : {"", "http://localhost", "local host", "localhost:99999", "::1",
                                 "*", "*.example.com", "localhost/"})
    CAF_CHECK(complaint({{"localhost", host}, {}, false}).find("'" + host + "'") !=
              std::string::npos);
  for (const std::string origin :
       {"", "null", "localhost", "http://", "https://a.example/", "*", "https://*.example"})
    CAF_CHECK(complaint({{"localhost"}, {origin}, false}).find("'" + origin + "'") !=
              std::string::npos);
  CAF_CHECK(!complaint({{}, {}, false}).empty());
}
