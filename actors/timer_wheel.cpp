#include "troupe/actors/timer_wheel.hpp"

#include <algorithm>

namespace troupe {

void timer::cancel() noexcept {
  if (next_ == nullptr)
    return;
  previous_->next_ = next_;
  next_->previous_ = previous_;
  previous_ = next_ = nullptr;
}

timer_wheel::head::head() noexcept {
  previous_ = next_ = this;
}

timer_wheel::timer_wheel(time_point now) : start_(now), now_(now) {}

timer_wheel::~timer_wheel() {
  for (auto& slot : slots_)
    while (slot.next_ != &slot)
      slot.next_->cancel();
}

std::uint64_t timer_wheel::tick_of(time_point when) const noexcept {
  if (when <= start_)
    return 0;
  // Rounded up: a timer may fire a tick late, never early. No sum that could overflow, because
  // time_point::max() is a way to say "never".
  const auto since_start = when - start_;
  const auto whole = since_start / tick;
  return static_cast<std::uint64_t>(since_start % tick == clock::duration{0} ? whole : whole + 1);
}

void timer_wheel::link(timer& list, timer& target) noexcept {
  target.previous_ = list.previous_;
  target.next_ = &list;
  list.previous_->next_ = &target;
  list.previous_ = &target;
}

void timer_wheel::splice(timer& from, timer& to) noexcept {
  while (from.next_ != &from) {
    auto& moved = *from.next_;
    moved.cancel();
    link(to, moved);
  }
}

void timer_wheel::arm(timer& target, time_point deadline) noexcept {
  target.cancel();
  target.deadline_ = deadline;
  const auto due = std::max(tick_of(deadline), current_tick_ + 1);
  link(slots_[due % slot_count], target);
}

std::size_t timer_wheel::fire_slot(timer& slot, time_point now) {
  if (slot.next_ == &slot)
    return 0;
  // The slot is moved aside first, so that timers which arm themselves again are not visited twice.
  struct aside final : head {
    timer& rest;
    explicit aside(timer& later) : rest(later) {}
    // Not empty only if a timer threw: the next tick takes what was behind it.
    ~aside() override { splice(*this, rest); }
  };
  aside due{slots_[(current_tick_ + 1) % slot_count]};
  splice(slot, due);
  std::size_t fired = 0;
  while (due.next_ != &due) {
    auto& target = *due.next_;
    target.cancel();
    if (target.deadline_ > now) {
      arm(target, target.deadline_); // a later round of the wheel
    } else {
      ++fired;
      target.on_timer(now);
    }
  }
  return fired;
}

std::size_t timer_wheel::advance(time_point now) {
  if (now <= now_)
    return 0;
  now_ = now;
  const auto target = static_cast<std::uint64_t>((now - start_) / tick);
  std::size_t fired = 0;
  // After a long pause one round visits every slot; more rounds would find nothing new.
  const auto first = target - current_tick_ > slot_count ? target - slot_count : current_tick_;
  for (auto at = first + 1; at <= target; ++at) {
    current_tick_ = at;
    fired += fire_slot(slots_[at % slot_count], now);
  }
  return fired;
}

time_point timer_wheel::next_due() const noexcept {
  for (auto at = current_tick_ + 1; at <= current_tick_ + slot_count; ++at) {
    const auto& slot = slots_[at % slot_count];
    if (slot.next_ != &slot)
      return start_ + at * std::chrono::duration_cast<clock::duration>(tick);
  }
  return time_point::max();
}

} // namespace troupe
