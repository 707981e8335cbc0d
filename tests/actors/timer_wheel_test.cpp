#define CAF_SUITE timer_wheel

#include "troupe/actors/timer_wheel.hpp"

#include "caf/test/unit_test.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <vector>

using namespace std::chrono_literals;
using troupe::time_point;
using troupe::timer_wheel;

namespace {

const time_point start{1h};

class recorder final : public troupe::timer {
public:
  std::vector<time_point> fired;
  std::function<void(time_point)> then;

private:
  void on_timer(time_point now) override {
    fired.push_back(now);
    if (then)
      then(now);
  }
};

/// What the header promises, with nothing but a deadline per timer.
class naive_wheel {
public:
  explicit naive_wheel(std::size_t timers) : due_(timers) {}

  void arm(std::size_t which, time_point deadline) {
    const auto since = std::max(deadline - start, time_point::duration{0});
    const auto tick = (since + timer_wheel::tick - 1ns) / timer_wheel::tick;
    due_[which] = std::max<std::int64_t>(tick, tick_ + 1);
  }
  void cancel(std::size_t which) { due_[which].reset(); }
  bool armed(std::size_t which) const { return due_[which].has_value(); }

  std::vector<std::size_t> advance(time_point now) {
    tick_ = std::max<std::int64_t>(tick_, (now - start) / timer_wheel::tick);
    std::vector<std::size_t> fired;
    for (std::size_t i = 0; i < due_.size(); ++i) {
      if (due_[i] && *due_[i] <= tick_) {
        fired.push_back(i);
        due_[i].reset();
      }
    }
    return fired;
  }

private:
  std::vector<std::optional<std::int64_t>> due_;
  std::int64_t tick_ = 0;
};

} // namespace

CAF_TEST(a_timer_fires_once_at_the_end_of_its_tick) {
  timer_wheel wheel{start};
  recorder one;
  wheel.arm(one, start + 75ms);
  CAF_CHECK(one.armed());
  CAF_CHECK_EQUAL(wheel.advance(start + 99ms), 0u);
  CAF_CHECK_EQUAL(wheel.advance(start + 100ms), 1u);
  CAF_CHECK(!one.armed());
  CAF_CHECK_EQUAL(wheel.advance(start + 10s), 0u);
  CAF_CHECK_EQUAL(one.fired.size(), 1u);
}

CAF_TEST(a_deadline_in_the_past_fires_with_the_next_tick) {
  timer_wheel wheel{start};
  wheel.advance(start + 1s);
  recorder one;
  wheel.arm(one, start);
  CAF_CHECK_EQUAL(wheel.advance(start + 1049ms), 0u);
  CAF_CHECK_EQUAL(wheel.advance(start + 1050ms), 1u);
}

CAF_TEST(arming_again_replaces_the_deadline) {
  timer_wheel wheel{start};
  recorder one;
  wheel.arm(one, start + 100ms);
  wheel.arm(one, start + 1s);
  CAF_CHECK_EQUAL(wheel.advance(start + 999ms), 0u);
  CAF_CHECK_EQUAL(wheel.advance(start + 1s), 1u);
}

CAF_TEST(deadlines_beyond_one_turn_of_the_wheel_are_kept) {
  timer_wheel wheel{start};
  recorder one;
  wheel.arm(one, start + 4h);
  for (auto now = start; now < start + 4h; now += 1s)
    wheel.advance(now);
  CAF_CHECK_EQUAL(one.fired.size(), 0u);
  CAF_CHECK_EQUAL(wheel.advance(start + 4h), 1u);
}

CAF_TEST(never_is_a_deadline_too) {
  timer_wheel wheel{start};
  recorder one;
  wheel.arm(one, time_point::max());
  CAF_CHECK_EQUAL(wheel.advance(start + 1000h), 0u);
  CAF_CHECK(one.armed());
}

CAF_TEST(a_long_pause_fires_everything_that_became_due) {
  timer_wheel wheel{start};
  std::vector<recorder> timers(100);
  for (std::size_t i = 0; i < timers.size(); ++i)
    wheel.arm(timers[i], start + static_cast<std::int64_t>(i) * 3s);
  CAF_CHECK_EQUAL(wheel.advance(start + 1h), timers.size());
}

CAF_TEST(a_timer_may_arm_itself_again_and_others) {
  timer_wheel wheel{start};
  recorder one;
  recorder other;
  one.then = [&](time_point now) {
    wheel.arm(one, now + 50ms);
    if (other.fired.empty() && !other.armed())
      wheel.arm(other, now);
  };
  wheel.arm(one, start + 50ms);
  CAF_CHECK_EQUAL(wheel.advance(start + 50ms), 1u);
  CAF_CHECK_EQUAL(wheel.advance(start + 100ms), 2u);
  CAF_CHECK_EQUAL(one.fired.size(), 2u);
  CAF_CHECK_EQUAL(other.fired.size(), 1u);
}

CAF_TEST(a_timer_may_destroy_itself_and_its_neighbours) {
  timer_wheel wheel{start};
  std::vector<std::unique_ptr<recorder>> timers;
  for (int i = 0; i < 3; ++i) {
    timers.push_back(std::make_unique<recorder>());
    timers.back()->then = [&](time_point) { timers.clear(); };
    wheel.arm(*timers.back(), start + 100ms);
  }
  CAF_CHECK_EQUAL(wheel.advance(start + 100ms), 1u);
  CAF_CHECK(timers.empty());
}

CAF_TEST(what_stands_behind_a_timer_that_throws_fires_at_the_next_tick) {
  timer_wheel wheel{start};
  recorder thrower;
  recorder behind;
  thrower.then = [](time_point) { throw std::runtime_error{"broken"}; };
  wheel.arm(thrower, start + 100ms);
  wheel.arm(behind, start + 100ms);
  bool thrown = false;
  try {
    wheel.advance(start + 100ms);
  } catch (const std::runtime_error&) {
    thrown = true;
  }
  CAF_CHECK(thrown);
  CAF_CHECK(behind.armed());
  CAF_CHECK_EQUAL(wheel.advance(start + 150ms), 1u);
  CAF_CHECK_EQUAL(behind.fired.size(), 1u);
}

CAF_TEST(timers_may_outlive_their_wheel) {
  recorder one;
  {
    timer_wheel wheel{start};
    wheel.arm(one, start + 1s);
  }
  CAF_CHECK(!one.armed());
}

CAF_TEST(next_due_says_how_long_nothing_happens) {
  timer_wheel wheel{start};
  CAF_CHECK(wheel.next_due() == time_point::max());
  recorder one;
  wheel.arm(one, start + 730ms);
  CAF_CHECK(wheel.next_due() == start + 750ms);
  one.cancel();
  CAF_CHECK(wheel.next_due() == time_point::max());
  wheel.arm(one, start + 1h);
  const auto next = wheel.next_due();
  CAF_CHECK(next > start && next <= start + 1h);
}

CAF_TEST(the_wheel_equals_a_list_of_deadlines) {
  constexpr std::size_t count = 40;
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    std::mt19937 random{seed};
    const auto upto = [&](std::int64_t limit) {
      return std::uniform_int_distribution<std::int64_t>{0, limit}(random);
    };
    timer_wheel wheel{start};
    naive_wheel model{count};
    std::vector<recorder> timers(count);
    std::vector<std::size_t> fired;
    for (std::size_t i = 0; i < count; ++i)
      timers[i].then = [&fired, i](time_point) { fired.push_back(i); };
    auto now = start;
    for (int step = 0; step < 300; ++step) {
      const auto which = static_cast<std::size_t>(upto(count - 1));
      switch (upto(3)) {
      case 0:
      case 1: {
        const auto scale = upto(9) == 0 ? 200'000 : 2'000;
        const auto deadline = now + std::chrono::milliseconds{upto(scale) - 100};
        wheel.arm(timers[which], deadline);
        model.arm(which, deadline);
        break;
      }
      case 2:
        timers[which].cancel();
        model.cancel(which);
        break;
      default: {
        const auto quiet_until = wheel.next_due();
        now += std::chrono::milliseconds{upto(upto(19) == 0 ? 120'000 : 400)};
        fired.clear();
        const auto number = wheel.advance(now);
        CAF_REQUIRE_EQUAL(number, fired.size());
        CAF_REQUIRE(fired.empty() || now >= quiet_until);
        std::sort(fired.begin(), fired.end());
        CAF_REQUIRE(fired == model.advance(now));
      }
      }
      CAF_REQUIRE_EQUAL(timers[which].armed(), model.armed(which));
    }
  }
}
