#pragma once

// What is counted about copies of sessions. Implemented by supervision/cluster/copy_metrics.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "troupe/actors/copy_messages.hpp"

namespace troupe {

/// What became of a copy whose session's node has crashed.
enum class takeover_outcome : std::uint8_t {
  taken,
  handed_on, ///< to another node, which is the one that should have it, or has room
  dropped,   ///< no node has room for it, or it arrived broken
};
inline constexpr std::size_t takeover_outcome_count = 3;

constexpr std::string_view to_string(takeover_outcome outcome) noexcept {
  constexpr std::string_view names[] = {"taken", "handed_on", "dropped"};
  return names[static_cast<std::size_t>(outcome)];
}

class copy_observer {
public:
  virtual ~copy_observer() = default;

  /// A copy of a session of this node was answered; `took` since the change that it was for.
  virtual void copy_sent(copy_outcome outcome, std::chrono::nanoseconds took) noexcept = 0;
  /// When the oldest change on this thread was that no other node has yet; time_point{} if there is none.
  virtual void copies_behind(std::uint32_t thread, time_point since) noexcept = 0;
  /// So many more are kept for other nodes, or fewer.
  virtual void copies_kept(std::ptrdiff_t count, std::ptrdiff_t bytes) noexcept = 0;
  /// One that came was not kept, for want of room.
  virtual void copy_refused() noexcept = 0;
  /// So many were dropped, because their node is gone and nobody knows whether it lives.
  virtual void copies_doubtful(std::size_t count) noexcept = 0;
  virtual void session_taken_over(takeover_outcome outcome) noexcept = 0;
};

} // namespace troupe
