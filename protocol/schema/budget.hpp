// What one check may cost. A schema that refers to itself, or one with many branches over a large
// instance, ends here instead of holding its thread.
#pragma once

#include <cstddef>

namespace troupe::protocol::schema {

class budget {
public:
  budget(std::size_t steps, std::size_t levels) noexcept : steps_(steps), levels_(levels) {}

  /// False from the first time that more is asked for than is left.
  bool spend(std::size_t steps) noexcept {
    if (steps > steps_) {
      steps_ = 0;
      exhausted_ = true;
    } else {
      steps_ -= steps;
    }
    return !exhausted_;
  }

  /// False when there is no level left. Each successful `enter` is followed by `leave`.
  bool enter() noexcept {
    if (exhausted_ || levels_ == 0) {
      exhausted_ = true;
      return false;
    }
    --levels_;
    return true;
  }

  void leave() noexcept { ++levels_; }

  bool is_exhausted() const noexcept { return exhausted_; }

private:
  std::size_t steps_;
  std::size_t levels_;
  bool exhausted_ = false;
};

/// Work that grows with a text is counted in units of this many bytes.
constexpr std::size_t steps_for(std::size_t bytes) noexcept {
  return 1 + bytes / 64;
}

} // namespace troupe::protocol::schema
