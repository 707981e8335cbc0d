// For whom a piece of content is, and how important it is; a client may act on it.
#pragma once

#include "troupe/protocol/revision.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::protocol {

enum class role : std::uint8_t { user, assistant };

std::string_view to_string(role r) noexcept;

struct annotations {
  /// Empty: not said.
  std::vector<role> audience;
  /// From 0 (optional) to 1 (required); what lies outside is clamped.
  std::optional<double> priority;
  /// ISO 8601 date and time; since 2025-06-18.
  std::string last_modified;

  bool empty() const noexcept { return audience.empty() && !priority && last_modified.empty(); }
};

void append_json(std::string& out, const annotations& value, revision r);

} // namespace troupe::protocol
