#include "troupe/actors/task_image.hpp"

namespace troupe {

std::size_t bytes_of(const task_image& image) noexcept {
  constexpr std::size_t part = 16;
  auto bytes =
      image.id.size() + image.message.size() + size_of(image.call) + size_of(image.last_word);
  for (const auto* keys : {&image.open_keys, &image.used_keys})
    for (const auto& key : *keys)
      bytes += part + key.size();
  for (const auto& each : image.asked)
    bytes += part + each.key.size();
  return bytes;
}

} // namespace troupe
