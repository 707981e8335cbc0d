// An icon of a server, tool, resource or prompt (since 2025-11-25; left out before).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace troupe::protocol {

enum class icon_theme : std::uint8_t { any, light, dark };

struct icon {
  /// An http(s) or data URI.
  std::string src;
  std::string mime_type;
  /// Each "48x48" or "any".
  std::vector<std::string> sizes;
  icon_theme theme = icon_theme::any;
};

/// The complete JSON array.
void append_json(std::string& out, const std::vector<icon>& icons);

} // namespace troupe::protocol
