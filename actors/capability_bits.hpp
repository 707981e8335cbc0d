#pragma once

// What a client can do, as nodes tell each other: a bit for each capability.

#include <cstdint>

#include "troupe/protocol/capabilities.hpp"

namespace troupe {

std::uint16_t capability_bits(const protocol::client_capabilities& from) noexcept;
/// Bits that this node does not know are ignored.
protocol::client_capabilities capabilities_from(std::uint32_t bits) noexcept;

} // namespace troupe
