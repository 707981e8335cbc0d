#pragma once

// Protection from DNS rebinding: a web page must not reach a local server under a name that its
// author controls. So `Host` must be one of the names we serve, and `Origin`, which browsers add,
// must be a page we trust (conformance.md §3.7; MCP transports, "Security Warning").

#include "troupe/protocol/authority.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace troupe::protocol {

struct host_rules_config {
  /// `host` (any port) or `host:port`; a name, an IPv4 address or an IPv6 literal in brackets.
  /// Must not be empty unless allow_any.
  std::vector<std::string> allowed_hosts = {"localhost", "127.0.0.1", "[::1]"};
  /// `scheme://host[:port]`; without a port the scheme's default. Pages on an allowed host with
  /// http or https are allowed without being listed.
  std::vector<std::string> allowed_origins = {};
  /// Switches both checks off, `null` origins included: for servers behind a proxy that checks, or
  /// with authorization.
  bool allow_any = false;
};

struct host_rules_error {
  std::string message; ///< which entry, what is wrong with it, what is expected
};

class host_rules {
public:
  /// The default configuration.
  host_rules();

  static std::variant<host_rules, host_rules_error> compile(const host_rules_config& config);

  /// `host` is the value of `Host`; nothing means that the header is absent, which is refused.
  bool allows_host(std::optional<std::string_view> host) const noexcept;

  /// `origin` is the value of `Origin`; absence is allowed, `null` is not.
  bool allows_origin(std::optional<std::string_view> origin) const noexcept;

  /// Whether CORS is on: when at least one origin is configured.
  bool has_cors() const noexcept { return !origins_.empty(); }

  /// Whether responses to a page of `origin` get CORS headers: CORS is on, and the origin is listed
  /// or on an allowed host. allow_any changes nothing here.
  bool grants_cors(std::string_view origin) const noexcept;

private:
  struct host_entry {
    std::string host; // lower case; IPv6 in canonical form without brackets
    std::optional<std::uint16_t> port;
  };

  struct origin_entry {
    std::string scheme; // lower case
    std::string host;
    std::optional<std::uint16_t> port; // with http and https always set
  };

  bool allows(const authority& where) const noexcept;
  bool knows_origin(std::string_view origin) const noexcept;
  bool add_host(const std::string& text);
  bool add_origin(const std::string& text);

  std::vector<host_entry> hosts_;
  std::vector<origin_entry> origins_;
  bool allow_any_ = false;
};

} // namespace troupe::protocol
