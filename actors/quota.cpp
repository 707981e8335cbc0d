#include "troupe/actors/quota.hpp"

#include <algorithm>
#include <utility>

namespace troupe {

std::string_view to_string(limit what) noexcept {
  switch (what) {
  case limit::connections:
    return "connections";
  case limit::sessions:
    return "sessions";
  case limit::uninitialized_sessions:
    return "uninitialized_sessions";
  case limit::calls:
    return "calls";
  }
  return "unknown";
}

quota::quota(request_more ask) : ask_(std::move(ask)) {}

bool quota::try_acquire(limit what) {
  auto& counter = counters_[index(what)];
  const auto acquired = counter.used < counter.leased;
  if (acquired)
    ++counter.used;
  refill(what);
  return acquired;
}

void quota::acquire(limit what, waiter then) {
  if (try_acquire(what)) {
    then(true);
    return;
  }
  auto& waiting = counters_[index(what)].waiting;
  if (waiting.size() >= max_waiters) {
    then(false);
    return;
  }
  waiting.push_back(std::move(then));
}

void quota::release(limit what) {
  auto& counter = counters_[index(what)];
  if (counter.used == 0)
    return;
  --counter.used;
  // A slot that becomes free here is as good as one from the registry.
  if (!counter.waiting.empty()) {
    ++counter.used;
    auto next = std::move(counter.waiting.front());
    counter.waiting.erase(counter.waiting.begin());
    next(true);
  }
}

void quota::granted(limit what, std::size_t amount) {
  auto& counter = counters_[index(what)];
  counter.leased += amount;
  counter.asking = false;
  auto waiting = std::exchange(counter.waiting, {});
  for (auto& next : waiting) {
    const auto acquired = counter.used < counter.leased;
    if (acquired)
      ++counter.used;
    next(acquired);
  }
}

std::size_t quota::recall(limit what, std::size_t amount) {
  auto& counter = counters_[index(what)];
  const auto given = std::min(amount, counter.leased - std::min(counter.leased, counter.used));
  counter.leased -= given;
  return given;
}

void quota::block(limit what, std::size_t size) {
  counters_[index(what)].block = std::max<std::size_t>(size, 1);
}

void quota::refill(limit what) {
  auto& counter = counters_[index(what)];
  const auto spare = counter.leased - std::min(counter.leased, counter.used);
  if (counter.asking || spare * 2 >= counter.block)
    return;
  counter.asking = true;
  ask_(what, counter.block);
}

} // namespace troupe
