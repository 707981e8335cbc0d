#include "troupe/protocol/authority.hpp"

#include "troupe/protocol/ascii.hpp"

// Only inet_pton: a conversion of text, no I/O.
#include <arpa/inet.h>

#include <array>
#include <cstddef>

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

/// How many bytes the host at the beginning of `text` has; 0 if there is none.
std::size_t host_size(std::string_view text) noexcept {
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    return end != std::string_view::npos && is_ipv6(text.substr(1, end - 1)) ? end + 1 : 0;
  }
  std::size_t size = 0;
  while (size < text.size() && ascii::is(text[size], ascii::byte_class::host))
    ++size;
  return size;
}

} // namespace

std::optional<authority> parse_authority(std::string_view text) noexcept {
  authority result{text.substr(0, host_size(text)), std::nullopt};
  const auto rest = text.substr(result.host.size());
  if (result.host.empty() || (!rest.empty() && rest.front() != ':') || rest.size() > 6)
    return std::nullopt;
  if (rest.size() < 2)
    return result;
  std::uint32_t port = 0;
  for (const char digit : rest.substr(1)) {
    if (!ascii::is(digit, ascii::byte_class::digit))
      return std::nullopt;
    port = port * 10 + static_cast<std::uint32_t>(digit - '0');
  }
  if (port > 65'535)
    return std::nullopt;
  result.port = static_cast<std::uint16_t>(port);
  return result;
}

} // namespace troupe::protocol
