#include "troupe/supervision/lease_book.hpp"

#include <algorithm>
#include <numeric>

namespace troupe::supervision {

std::size_t lease_block(std::size_t node_limit, std::size_t shards) noexcept {
  // An eighth of the shard's even share: a shard that serves little holds little, and a large block
  // saves no more messages that matter.
  constexpr std::size_t largest = 256;
  return std::clamp<std::size_t>(node_limit / (8 * std::max<std::size_t>(shards, 1)), 1, largest);
}

lease_book::lease_book(const node_limits& limits, std::size_t shards)
    : shards_(shards, presence::expected) {
  for (std::size_t i = 0; i < limit_count; ++i) {
    accounts_[i].total = limits[i];
    accounts_[i].leased.assign(shards, 0);
    accounts_[i].asked.assign(shards, false);
  }
}

lease_book::orders lease_book::registered(std::uint32_t shard,
                                          const std::vector<std::size_t>& leased) {
  if (!knows(shard))
    return {};
  forget(shard);
  shards_[shard] = presence::here;
  for (std::size_t i = 0; i < std::min(limit_count, leased.size()); ++i)
    accounts_[i].leased[shard] = leased[i];
  return settle_all();
}

lease_book::orders lease_book::requested(std::uint32_t shard, limit what, std::size_t amount) {
  if (!knows(shard) || shards_[shard] != presence::here)
    return {};
  auto& account = account_of(what);
  const auto asked_before = std::find_if(account.waiting.begin(), account.waiting.end(),
                                         [&](const request& r) { return r.shard == shard; });
  if (asked_before == account.waiting.end())
    account.waiting.push_back({shard, std::max<std::size_t>(amount, 1)});
  else // what was asked first is answered together with this, so it takes this one's place in time
    *asked_before = {shard, std::max(asked_before->amount, amount)};
  orders out;
  settle(what, out);
  return out;
}

lease_book::orders lease_book::returned(std::uint32_t shard, limit what, std::size_t amount) {
  if (!knows(shard))
    return {};
  account_of(what).asked[shard] = false;
  return take_back(shard, what, amount);
}

lease_book::orders lease_book::repaid(std::uint32_t shard, limit what, std::size_t amount) {
  return knows(shard) ? take_back(shard, what, amount) : orders{};
}

void lease_book::expect(std::uint32_t shard) {
  if (!knows(shard))
    return;
  forget(shard);
  shards_[shard] = presence::expected;
}

lease_book::orders lease_book::lost(std::uint32_t shard) {
  if (!knows(shard))
    return {};
  forget(shard);
  shards_[shard] = presence::lost;
  return settle_all();
}

std::size_t lease_book::leased(limit what) const noexcept {
  const auto& by_shard = account_of(what).leased;
  return std::accumulate(by_shard.begin(), by_shard.end(), std::size_t{0});
}

std::vector<std::size_t> lease_book::leased_to(std::uint32_t shard) const {
  std::vector<std::size_t> result;
  for (const auto& account : accounts_)
    result.push_back(knows(shard) ? account.leased[shard] : 0);
  return result;
}

std::size_t lease_book::stock(limit what) const noexcept {
  const auto total = account_of(what).total;
  return total - std::min(total, leased(what));
}

bool lease_book::all_known() const noexcept {
  return std::find(shards_.begin(), shards_.end(), presence::expected) == shards_.end();
}

void lease_book::forget(std::uint32_t shard) {
  for (auto& account : accounts_) {
    account.leased[shard] = 0;
    account.asked[shard] = false;
    std::erase_if(account.waiting, [&](const request& r) { return r.shard == shard; });
  }
}

lease_book::orders lease_book::take_back(std::uint32_t shard, limit what, std::size_t amount) {
  auto& held = account_of(what).leased[shard];
  held -= std::min(held, amount);
  orders out;
  settle(what, out);
  return out;
}

lease_book::orders lease_book::settle_all() {
  orders out;
  for (std::size_t i = 0; i < limit_count; ++i)
    settle(static_cast<limit>(i), out);
  return out;
}

void lease_book::settle(limit what, orders& out) {
  if (!all_known())
    return;
  auto& account = account_of(what);
  grant_from_stock(what, out);
  const auto unanswered = [&] {
    return std::find(account.asked.begin(), account.asked.end(), true) != account.asked.end();
  };
  // A round without anybody to ask ends as it begins; the next one then has fewer who wait.
  while (!unanswered()) {
    if (account.round)
      end_round(what, out);
    if (account.waiting.empty())
      return;
    begin_round(what, out);
  }
}

void lease_book::grant_from_stock(limit what, orders& out) {
  auto& account = account_of(what);
  for (auto left = stock(what); left > 0 && !account.waiting.empty(); left = stock(what)) {
    const auto next = account.waiting.front();
    account.waiting.pop_front();
    const auto even_share = left / (account.waiting.size() + 1);
    const auto amount = std::min(next.amount, std::max<std::size_t>(even_share, 1));
    account.leased[next.shard] += amount;
    account.granted_in_round = true;
    out.push_back({order::kind::grant, next.shard, what, amount});
  }
}

void lease_book::begin_round(limit what, orders& out) {
  auto& account = account_of(what);
  account.round = true;
  account.granted_in_round = false;
  for (auto& waiting : account.waiting)
    waiting.in_round = true;
  const auto wanted =
      std::accumulate(account.waiting.begin(), account.waiting.end(), std::size_t{0},
                      [](std::size_t sum, const request& r) { return sum + r.amount; });
  for (std::uint32_t shard = 0; shard < shards_.size(); ++shard) {
    const auto alone = account.waiting.size() == 1 && account.waiting.front().shard == shard;
    if (shards_[shard] != presence::here || alone)
      continue;
    account.asked[shard] = true;
    out.push_back({order::kind::recall, shard, what, wanted});
  }
}

void lease_book::end_round(limit what, orders& out) {
  auto& account = account_of(what);
  account.round = false;
  if (account.granted_in_round) {
    // Who was served may have a slot to spare already: those who wait need another round.
    for (auto& waiting : account.waiting)
      waiting.in_round = false;
    return;
  }
  std::erase_if(account.waiting, [&](const request& refused) {
    if (refused.in_round)
      out.push_back({order::kind::grant, refused.shard, what, 0});
    return refused.in_round;
  });
}

} // namespace troupe::supervision
