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
  case limit::tasks:
    return "tasks";
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
  const auto acquired = ask_ && counter.used < counter.leased;
  if (acquired)
    ++counter.used;
  refill(what);
  return acquired;
}

void quota::acquire(limit what, waiter then) {
  auto& counter = counters_[index(what)];
  if (ask_ && counter.used < counter.leased) {
    ++counter.used;
    refill(what);
    then(true);
    return;
  }
  if (!ask_ || counter.waiting.size() >= max_waiters) {
    then(false);
    return;
  }
  // Before the request is made, so that it speaks for this waiter too.
  counter.waiting.push_back(std::move(then));
  refill(what);
}

void quota::release(limit what) {
  auto& counter = counters_[index(what)];
  if (counter.used == 0)
    return;
  if (!counter.waiting.empty()) {
    // The slot changes hands: a slot that becomes free here is as good as one from the registry.
    take_first(counter)(true);
    return;
  }
  --counter.used;
  if (counter.owed > 0 && repay_) {
    --counter.owed;
    --counter.leased;
    repay_(what, 1);
  }
}

void quota::granted(limit what, std::size_t amount) {
  auto& counter = counters_[index(what)];
  counter.leased += amount;
  if (amount > 0)
    counter.owed = 0;
  // `asking` stays set meanwhile: a waiter that asks for another slot must not start a request that
  // speaks for those who are being answered here.
  while (!counter.waiting.empty() && counter.used < counter.leased) {
    ++counter.used;
    take_first(counter)(true);
  }
  // A "no" holds for those who waited when the request was made. For later ones it may be outdated.
  while (amount == 0 && counter.asked_for > 0 && !counter.waiting.empty())
    take_first(counter)(false);
  counter.asking = false;
  counter.asked_for = 0;
  if (!counter.waiting.empty())
    ask(what);
}

std::size_t quota::recall(limit what, std::size_t amount) {
  auto& counter = counters_[index(what)];
  const auto unused = counter.leased - std::min(counter.leased, counter.used);
  if (unused == 0) {
    counter.owed = std::max(counter.owed, amount);
    return 0;
  }
  const auto given = std::min(amount, (unused + 1) / 2);
  counter.leased -= given;
  return given;
}

void quota::block(limit what, std::size_t size) {
  counters_[index(what)].block = std::max<std::size_t>(size, 1);
}

void quota::stock_up() {
  for (std::size_t i = 0; i < limit_count; ++i)
    refill(static_cast<limit>(i));
}

void quota::ask_again() {
  for (std::size_t i = 0; i < limit_count; ++i)
    if (counters_[i].asking)
      ask(static_cast<limit>(i));
}

void quota::disconnect() noexcept {
  ask_ = nullptr;
  repay_ = nullptr;
  for (auto& counter : counters_)
    counter.waiting.clear();
}

std::vector<std::size_t> quota::leases() const {
  std::vector<std::size_t> result;
  result.reserve(limit_count);
  for (const auto& counter : counters_)
    result.push_back(counter.leased);
  return result;
}

quota::waiter quota::take_first(limit_counter& from) {
  auto first = std::move(from.waiting.front());
  from.waiting.pop_front();
  if (from.asked_for > 0)
    --from.asked_for;
  return first;
}

void quota::refill(limit what) {
  const auto& counter = counters_[index(what)];
  const auto spare = counter.leased - std::min(counter.leased, counter.used);
  if (!counter.asking && spare * 2 < counter.block)
    ask(what);
}

void quota::ask(limit what) {
  auto& counter = counters_[index(what)];
  if (!ask_)
    return;
  counter.asking = true;
  counter.asked_for = counter.waiting.size();
  ask_(what, std::max(counter.block, counter.waiting.size()));
}

} // namespace troupe
