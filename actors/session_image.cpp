#include "troupe/actors/session_image.hpp"

namespace troupe {

namespace {

/// Numbers and lengths of one part.
constexpr std::size_t part_bytes = 32;

using flag = bool protocol::client_capabilities::*;

/// A bit each, in this order.
constexpr flag flags[] = {&protocol::client_capabilities::sampling,
                          &protocol::client_capabilities::sampling_tools,
                          &protocol::client_capabilities::sampling_context,
                          &protocol::client_capabilities::roots,
                          &protocol::client_capabilities::roots_list_changed,
                          &protocol::client_capabilities::elicitation_form,
                          &protocol::client_capabilities::elicitation_url,
                          &protocol::client_capabilities::tasks_extension};
// Who adds a capability adds its bit.
static_assert(sizeof(protocol::client_capabilities) == std::size(flags));

} // namespace

std::size_t bytes_of(const session_image& image) noexcept {
  std::size_t result = 5 * part_bytes + image.id.size() + image.client_name.size() +
                       image.client_version.size() + part_bytes * image.streams.size();
  for (const auto& uri : image.subscriptions)
    result += part_bytes + uri.size();
  for (const auto& event : image.events)
    result += part_bytes + event.json.size();
  for (const auto& request : image.running)
    result += part_bytes + request.id.size();
  return result;
}

std::uint32_t capability_bits(const protocol::client_capabilities& from) noexcept {
  std::uint32_t bits = 0;
  std::uint32_t bit = 1;
  for (const auto each : flags) {
    if (from.*each)
      bits |= bit;
    bit <<= 1;
  }
  return bits;
}

protocol::client_capabilities capabilities_from(std::uint32_t bits) noexcept {
  protocol::client_capabilities result;
  for (const auto each : flags) {
    result.*each = (bits & 1) != 0;
    bits >>= 1;
  }
  return result;
}

} // namespace troupe
