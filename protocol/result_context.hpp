// What a result is written for: the revision of its reader, and what a modern result carries besides
// its own members (2026-07-28, basic/index "_meta" and server/utilities/caching). Converts from a
// revision, because that is all that legacy results depend on.
#pragma once

#include "troupe/protocol/json_writer.hpp"
#include "troupe/protocol/revision.hpp"

#include <cstdint>
#include <string_view>

namespace troupe::protocol {

/// Who may keep a cached result: anybody, or only the one who asked.
enum class cache_scope : std::uint8_t { public_, private_ };

std::string_view to_string(cache_scope scope) noexcept;

/// `ttlMs` and `cacheScope`: hints for clients that keep results.
struct cache_hints {
  std::uint64_t ttl_ms = 0; ///< 0: stale at once
  cache_scope scope = cache_scope::private_;

  friend bool operator==(const cache_hints&, const cache_hints&) = default;
};

struct result_context {
  protocol::revision revision;
  /// The Implementation object of this server, encoded; empty: not told.
  std::string_view server_info;
  /// For resources/read.
  cache_hints cache;

  result_context(protocol::revision r, std::string_view info = {}, cache_hints hints = {}) noexcept
      : revision(r), server_info(info), cache(hints) {}
};

/// `ttlMs` and `cacheScope`, for modern readers.
void append_cache_hints(object_writer& writer, const result_context& to);

} // namespace troupe::protocol
