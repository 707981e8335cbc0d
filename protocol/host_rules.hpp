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
  std::vector<std::string> allowed_hosts = {"localhost", "127.0.0.1", "[::1]"};
  /// `scheme://host[:port]`; without a port the scheme's default. Pages on an allowed host with
  /// http or https are allowed without being listed.
  std::vector<std::string> allowed_origins = {};
  /// Switches both checks off: for servers behind a proxy that checks, or with authorization.
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

  /// Whether origins were configured: then their pages get CORS headers.
  bool has_origins() const noexcept { return !origins_.empty(); }

private:
  struct host_entry {
    std::string host; // lower case; IPv6 in canonical form with brackets
    std::optional<std::uint16_t> port;
  };

  struct origin_entry {
    std::string scheme; // lower case
    std::string host;
    std::uint16_t port; // 0: the scheme has no default port and none was given
  };

  bool allows(const authority& where) const noexcept;
  std::optional<std::string> add_host(const std::string& text);
  std::optional<std::string> add_origin(const std::string& text);

  std::vector<host_entry> hosts_;
  std::vector<origin_entry> origins_;
  bool allow_any_ = false;
};

} // namespace troupe::protocol
