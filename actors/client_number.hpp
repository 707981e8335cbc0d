#pragma once

// The public name of a client, "client-<shard>-<number>": says which shard to ask, and nothing that
// would help anyone to speak in the client's name.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe {

struct client_number {
  std::uint32_t shard = 0;
  std::uint64_t number = 0;

  friend bool operator==(const client_number&, const client_number&) = default;
};

std::string to_string(client_number id);
std::optional<client_number> parse_client_number(std::string_view text) noexcept;

} // namespace troupe
