#include "troupe/actors/capability_bits.hpp"

#include <array>
#include <cstddef>

namespace troupe {

namespace {

/// A bit each, in this order.
constexpr std::array flags{&protocol::client_capabilities::sampling,
                           &protocol::client_capabilities::sampling_tools,
                           &protocol::client_capabilities::sampling_context,
                           &protocol::client_capabilities::roots,
                           &protocol::client_capabilities::roots_list_changed,
                           &protocol::client_capabilities::elicitation_form,
                           &protocol::client_capabilities::elicitation_url,
                           &protocol::client_capabilities::tasks_extension};
// Who adds a capability adds its bit.
static_assert(sizeof(protocol::client_capabilities) == flags.size());

} // namespace

std::uint16_t capability_bits(const protocol::client_capabilities& from) noexcept {
  unsigned bits = 0;
  for (std::size_t i = 0; i < flags.size(); ++i)
    if (from.*flags[i])
      bits |= 1U << i;
  return static_cast<std::uint16_t>(bits);
}

protocol::client_capabilities capabilities_from(std::uint32_t bits) noexcept {
  protocol::client_capabilities result;
  for (std::size_t i = 0; i < flags.size(); ++i)
    result.*flags[i] = ((bits >> i) & 1U) != 0;
  return result;
}

} // namespace troupe
