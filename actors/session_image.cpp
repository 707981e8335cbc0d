#include "troupe/actors/session_image.hpp"

namespace troupe {

namespace {

/// Numbers and lengths of one part.
constexpr std::size_t part_bytes = 32;

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

} // namespace troupe
