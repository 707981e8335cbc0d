#pragma once

// Sockets that were told "too many connections" and nothing else. Closing one at once, with its
// request unread, would reset the connection and destroy the answer on its way; so a few are kept
// for a moment and closed when they have read it or when newer ones need the place.

#include <cstddef>
#include <deque>
#include <string_view>

#include "troupe/actors/timer_wheel.hpp"
#include "troupe/net/socket.hpp"

namespace troupe::net {

class refused_sockets {
public:
  static constexpr std::size_t max_kept = 64;
  static constexpr std::chrono::milliseconds keep_for{1000};

  /// Writes `answer` and keeps the socket for a moment. Never waits.
  void refuse(stream_socket socket, std::string_view answer, time_point now);
  /// Closes those whose time is over.
  void prune(time_point now);
  void clear() noexcept { kept_.clear(); }
  bool empty() const noexcept { return kept_.empty(); }

private:
  struct refused {
    stream_socket socket;
    time_point since;
  };
  void close_first();

  std::deque<refused> kept_;
};

} // namespace troupe::net
