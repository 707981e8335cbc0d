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
  for (auto& slot : slots_) {
    while (slot.next_ != &slot)
      slot.next_->cancel();
    slot.previous_ = slot.next_ = nullptr;
  }
}

std::uint64_t timer_wheel::tick_of(time_point when) const noexcept {
  if (when <= start_)
    return 0;
  // Rounded up: a timer may fire a tick late, never early.
  return static_cast<std::uint64_t>((when - start_ + tick - clock::duration{1}) / tick);
}

void timer_wheel::link(timer& list, timer& target) noexcept {
  target.previous_ = list.previous_;
  target.next_ = &list;
  list.previous_->next_ = &target;
  list.previous_ = &target;
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
  head due;
  due.next_ = slot.next_;
  due.previous_ = slot.previous_;
  due.next_->previous_ = due.previous_->next_ = &due;
  slot.next_ = slot.previous_ = &slot;
  std::size_t fired = 0;
  while (due.next_ != &due) {
    auto& target = *due.next_;
    target.cancel();
    if (target.deadline_ > now) {
      arm(target, target.deadline_); // a later round of the wheel
    } else {
      target.on_timer(now);
      ++fired;
    }
  }
  due.previous_ = due.next_ = nullptr;
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

} // namespace troupe
