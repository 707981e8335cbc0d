#include "troupe/actors/client_number.hpp"

#include <charconv>
#include <system_error>

namespace troupe {

namespace {

constexpr std::string_view prefix = "client-";

} // namespace

std::string to_string(client_number id) {
  return std::string{prefix} + std::to_string(id.shard) + '-' + std::to_string(id.number);
}

std::optional<client_number> parse_client_number(std::string_view text) noexcept {
  if (!text.starts_with(prefix))
    return std::nullopt;
  client_number id;
  const auto* const end = text.data() + text.size();
  const auto shard = std::from_chars(text.data() + prefix.size(), end, id.shard);
  if (shard.ec != std::errc{} || shard.ptr == end || *shard.ptr != '-')
    return std::nullopt;
  const auto number = std::from_chars(shard.ptr + 1, end, id.number);
  if (number.ec != std::errc{} || number.ptr != end)
    return std::nullopt;
  return id;
}

} // namespace troupe
