#pragma once

// Timeouts for very many objects that live on one thread.
//
// Every connection and session needs several timeouts; a timer of the actor system costs a map node,
// a strong reference and a wake-up of another thread each. The wheel costs four words inside the
// object, and arming, moving and cancelling are O(1). Its precision is one tick, which is plenty for
// timeouts of seconds. It reads no clock: the shard advances it, tests advance it by hand.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace troupe {

using clock = std::chrono::steady_clock;
using time_point = clock::time_point;

class timer_wheel;

/// Something with one timeout. Leaves its wheel when destroyed; may outlive it.
class timer {
public:
  timer() = default;
  timer(const timer&) = delete;
  timer& operator=(const timer&) = delete;

  bool armed() const noexcept { return next_ != nullptr; }
  /// When it will fire; meaningful while armed.
  time_point deadline() const noexcept { return deadline_; }
  void cancel() noexcept;

protected:
  virtual ~timer() { cancel(); }

private:
  friend class timer_wheel;
  /// Called once, after being disarmed; may arm itself again, or destroy itself or others.
  virtual void on_timer(time_point now) = 0;

  timer* previous_ = nullptr;
  timer* next_ = nullptr;
  time_point deadline_{};
};

class timer_wheel {
public:
  static constexpr std::chrono::milliseconds tick{50};

  explicit timer_wheel(time_point now);
  timer_wheel(const timer_wheel&) = delete;
  timer_wheel& operator=(const timer_wheel&) = delete;
  /// Disarms what is left.
  ~timer_wheel();

  /// Fires in the first advance() that reaches the end of the tick `deadline` is in: never early, a
  /// tick late at most. Replaces an earlier deadline.
  void arm(timer& target, time_point deadline) noexcept;
  /// Moves time forward and fires what is due, in no particular order; returns how many fired. What
  /// a timer throws comes out of here; the timers behind it fire in the next advance().
  std::size_t advance(time_point now);
  /// The time of the last advance().
  time_point now() const noexcept { return now_; }
  /// No advance() before this moment fires anything; time_point::max() if nothing is armed.
  time_point next_due() const noexcept;

private:
  static constexpr std::size_t slot_count = 1024;

  /// Heads of circular lists; a head never fires. Not movable: its neighbours point to it.
  struct head : timer {
    head() noexcept;
    void on_timer(time_point) override {}
    friend class timer_wheel;
  };

  std::uint64_t tick_of(time_point when) const noexcept;
  static void link(timer& list, timer& target) noexcept;
  static void splice(timer& from, timer& to) noexcept;
  std::size_t fire_slot(timer& slot, time_point now);

  time_point start_;
  time_point now_;
  std::uint64_t current_tick_ = 0;
  std::array<head, slot_count> slots_;
};

} // namespace troupe
