#pragma once

// How much may be on its way to another node. Each batch costs its bytes; the receiver gives credit back
// when it has handled them. A sender goes on while less than the window is out, so that one batch larger
// than the window still passes; what it cannot send waits in the peer's queue. Pure counting, for both
// directions of one connection.

#include <cstddef>
#include <cstdint>

namespace troupe {

class peer_window {
public:
  explicit peer_window(std::size_t bytes) noexcept : window_(bytes) {}

  // -- as sender ----------------------------------------------------------------------------------

  bool may_send() const noexcept { return out_ < window_; }
  void sent(std::size_t bytes) noexcept { out_ += bytes; }
  /// False if more is given back than was sent: the other side is broken.
  [[nodiscard]] bool credited(std::uint64_t bytes) noexcept {
    if (bytes > out_)
      return false;
    out_ -= bytes;
    return true;
  }
  std::uint64_t out() const noexcept { return out_; }

  // -- as receiver --------------------------------------------------------------------------------

  /// What is to be given back now; 0: not yet. A quarter of the window at a time, so that credit costs
  /// little and a sender never waits for what is less.
  std::uint64_t handled(std::size_t bytes) noexcept {
    handled_ += bytes;
    if (handled_ < window_ / 4)
      return 0;
    const auto result = handled_;
    handled_ = 0;
    return result;
  }

private:
  std::uint64_t window_;
  std::uint64_t out_ = 0;
  std::uint64_t handled_ = 0;
};

} // namespace troupe
