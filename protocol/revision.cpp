#include "troupe/protocol/revision.hpp"

namespace troupe::protocol {

std::string_view to_string(revision r) noexcept {
  switch (r) {
  case revision::r2024_11_05:
    return "2024-11-05";
  case revision::r2025_03_26:
    return "2025-03-26";
  case revision::r2025_06_18:
    return "2025-06-18";
  case revision::r2025_11_25:
    return "2025-11-25";
  case revision::r2026_07_28:
    return "2026-07-28";
  }
  return "unknown";
}

std::optional<revision> revision_from(std::string_view text) noexcept {
  for (const auto r : all_revisions)
    if (to_string(r) == text)
      return r;
  return std::nullopt;
}

bool names_modern_revision(std::string_view text) noexcept {
  const auto named = revision_from(text);
  return named && is_modern(*named);
}

revision negotiate(std::string_view requested) noexcept {
  const auto asked = revision_from(requested);
  return asked && !is_modern(*asked) ? *asked : latest_legacy_revision;
}

} // namespace troupe::protocol
