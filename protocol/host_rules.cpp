#include "troupe/protocol/host_rules.hpp"

#include "troupe/protocol/ascii.hpp"

// Only inet_pton and inet_ntop: conversions of text, no I/O.
#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <utility>

namespace troupe::protocol {

namespace {

struct origin {
  std::string_view scheme;
  authority where;
};

/// The host in the one spelling that is compared, without allocation.
class canonical_host {
public:
  /// `host` as parse_authority gave it.
  explicit canonical_host(std::string_view host) noexcept : text_(host) {
    in6_addr address;
    if (host.front() != '[' || host.size() > bytes_.size())
      return;
    host.substr(1, host.size() - 2).copy(bytes_.data(), bytes_.size());
    bytes_[host.size() - 2] = '\0';
    if (inet_pton(AF_INET6, bytes_.data(), &address) == 1 &&
        inet_ntop(AF_INET6, &address, bytes_.data(), static_cast<socklen_t>(bytes_.size())))
      text_ = bytes_.data();
  }

  canonical_host(const canonical_host&) = delete;
  canonical_host& operator=(const canonical_host&) = delete;

  std::string_view text() const noexcept { return text_; }

private:
  std::array<char, INET6_ADDRSTRLEN + 2> bytes_;
  std::string_view text_;
};

std::string lower_copy(std::string_view text) {
  std::string result{text};
  std::transform(result.begin(), result.end(), result.begin(), ascii::to_lower);
  return result;
}

// A star is a legal byte of a host, but who writes one expects that it matches something.
bool has_wildcard(std::string_view text) noexcept {
  return text.find('*') != std::string_view::npos;
}

std::optional<std::uint16_t> default_port(std::string_view scheme) noexcept {
  if (ascii::equals_lower(scheme, "http"))
    return std::uint16_t{80};
  if (ascii::equals_lower(scheme, "https"))
    return std::uint16_t{443};
  return std::nullopt;
}

/// RFC 6454 §6.2, with the scheme's port put in; nothing for `null` and for a list of origins.
std::optional<origin> parse_origin(std::string_view text) noexcept {
  constexpr std::string_view separator = "://";
  const auto end = text.find(separator);
  if (end == std::string_view::npos || end == 0)
    return std::nullopt;
  const auto scheme = text.substr(0, end);
  auto where = parse_authority(text.substr(end + separator.size()));
  if (!where || !ascii::all(scheme, ascii::byte_class::token))
    return std::nullopt;
  if (!where->port)
    where->port = default_port(scheme);
  return origin{scheme, *where};
}

} // namespace

host_rules::host_rules() {
  for (const auto& host : host_rules_config{}.allowed_hosts)
    add_host(host);
}

std::variant<host_rules, host_rules_error> host_rules::compile(const host_rules_config& config) {
  host_rules result;
  result.hosts_.clear();
  result.allow_any_ = config.allow_any;
  if (config.allowed_hosts.empty() && !config.allow_any)
    return host_rules_error{"the list of allowed hosts is empty, so no request could be served; "
                            "list at least one host"};
  for (const auto& host : config.allowed_hosts)
    if (!result.add_host(host))
      return host_rules_error{
          "'" + host +
          "' is no allowed host; write a name or an address, and a port if "
          "only that is meant, without wildcards: example.com, 127.0.0.1:8000 or [::1]"};
  for (const auto& each : config.allowed_origins)
    if (!result.add_origin(each))
      return host_rules_error{"'" + each +
                              "' is no allowed origin; write scheme, host and perhaps a port, "
                              "without a path or wildcards: https://app.example.com"};
  return result;
}

bool host_rules::add_host(const std::string& text) {
  const auto where = parse_authority(text);
  if (!where || has_wildcard(text))
    return false;
  hosts_.push_back({lower_copy(canonical_host{where->host}.text()), where->port});
  return true;
}

bool host_rules::add_origin(const std::string& text) {
  const auto parsed = parse_origin(text);
  if (!parsed || has_wildcard(text))
    return false;
  origins_.push_back({lower_copy(parsed->scheme),
                      lower_copy(canonical_host{parsed->where.host}.text()), parsed->where.port});
  return true;
}

bool host_rules::allows(const authority& where) const noexcept {
  // The scheme of a Host is not known here, and clients leave out the port that it implies.
  const auto port_matches = [&](std::optional<std::uint16_t> wanted) {
    return !wanted || (where.port ? *where.port == *wanted : *wanted == 80 || *wanted == 443);
  };
  const canonical_host host{where.host};
  return std::any_of(hosts_.begin(), hosts_.end(), [&](const host_entry& entry) {
    return ascii::equals_lower(host.text(), entry.host) && port_matches(entry.port);
  });
}

bool host_rules::allows_host(std::optional<std::string_view> host) const noexcept {
  if (allow_any_)
    return true;
  const auto where = host ? parse_authority(*host) : std::nullopt;
  return where && allows(*where);
}

bool host_rules::allows_origin(std::optional<std::string_view> origin) const noexcept {
  return allow_any_ || !origin || knows_origin(*origin);
}

bool host_rules::grants_cors(std::string_view origin) const noexcept {
  return has_cors() && knows_origin(origin);
}

bool host_rules::knows_origin(std::string_view text) const noexcept {
  const auto parsed = parse_origin(text);
  if (!parsed)
    return false;
  if (default_port(parsed->scheme) && allows(parsed->where))
    return true;
  const canonical_host host{parsed->where.host};
  return std::any_of(origins_.begin(), origins_.end(), [&](const origin_entry& entry) {
    return ascii::equals_lower(parsed->scheme, entry.scheme) &&
           ascii::equals_lower(host.text(), entry.host) && parsed->where.port == entry.port;
  });
}

} // namespace troupe::protocol
