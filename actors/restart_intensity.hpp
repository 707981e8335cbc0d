#pragma once

// How often something may die before starting it again stops making sense (OTP's restart intensity).

#include <chrono>
#include <cstddef>
#include <deque>

#include "troupe/actors/timer_wheel.hpp"

namespace troupe {

class restart_intensity {
public:
  /// At most `max_restarts` within any `window`.
  restart_intensity(std::size_t max_restarts, std::chrono::milliseconds window)
      : max_restarts_(max_restarts), window_(window) {}

  /// Records a death at `now`; false if it must not be answered by another restart.
  bool restart(time_point now) {
    while (!restarts_.empty() && restarts_.front() + window_ <= now)
      restarts_.pop_front();
    if (restarts_.size() >= max_restarts_)
      return false;
    restarts_.push_back(now);
    return true;
  }

private:
  std::size_t max_restarts_;
  std::chrono::milliseconds window_;
  std::deque<time_point> restarts_;
};

} // namespace troupe
