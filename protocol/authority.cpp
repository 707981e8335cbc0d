#include "troupe/protocol/authority.hpp"

#include "troupe/protocol/ascii.hpp"

// Only inet_pton: a conversion of text, no I/O.
#include <arpa/inet.h>

#include <array>
#include <charconv>

namespace troupe::protocol {

namespace {

bool is_ipv6(std::string_view text) noexcept {
  std::array<char, INET6_ADDRSTRLEN> copy{}; // inet_pton wants a terminated string
  if (text.size() >= copy.size() || text.find('\0') != std::string_view::npos)
    return false;
  text.copy(copy.data(), text.size());
  in6_addr address;
  return inet_pton(AF_INET6, copy.data(), &address) == 1;
}

bool is_host(std::string_view host) noexcept {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    return is_ipv6(host.substr(1, host.size() - 2));
  return !host.empty() && ascii::all(host, ascii::byte_class::host);
}

} // namespace

std::optional<authority> parse_authority(std::string_view text) noexcept {
  // The colons of an IPv6 literal stand before its bracket.
  const auto bracket = text.rfind(']');
  const auto colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  authority result{text.substr(0, colon), std::nullopt};
  if (!is_host(result.host))
    return std::nullopt;
  if (colon == std::string_view::npos || colon + 1 == text.size())
    return result;
  const auto digits = text.substr(colon + 1);
  if (digits.size() > 5 || !ascii::all(digits, ascii::byte_class::digit))
    return std::nullopt;
  std::uint32_t port = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (port > 65'535)
    return std::nullopt;
  result.port = static_cast<std::uint16_t>(port);
  return result;
}

} // namespace troupe::protocol
