#pragma once

// Who holds how many slots of each limit: the registry's decisions without its actor. Messages in,
// messages to send out.
//
// A request is served from the node's stock. When the stock is empty, every other shard is asked for
// unused slots (a *round*); a request is refused only by a round that began after it arrived, in
// which nobody had a slot and none was handed out. A shard that has nothing to give repays with the
// next slots that become free. So a limit is exact: "no" means that at one moment all were in use.

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "troupe/actors/quota.hpp"

namespace troupe::supervision {

/// How many slots of a limit each request should ask for: large enough that messages are rare,
/// small enough that the threads do not sit on what others need. At least 1.
std::size_t lease_block(std::size_t node_limit, std::size_t shards) noexcept;

class lease_book {
public:
  using node_limits = std::array<std::size_t, limit_count>;

  /// What is to be told to a shard.
  struct order {
    enum class kind : std::uint8_t { grant, recall };
    kind what = kind::grant;
    std::uint32_t shard = 0;
    limit of = limit::connections;
    std::size_t amount = 0;

    friend bool operator==(const order&, const order&) = default;
  };
  using orders = std::vector<order>;

  /// Nothing is granted before each of `shards` has registered or is known to be lost: only then is
  /// it known what is leased already.
  lease_book(const node_limits& limits, std::size_t shards);

  /// A shard says what it holds, by index of `limit`; also ends what was expected of an earlier shard
  /// of this index.
  orders registered(std::uint32_t shard, const std::vector<std::size_t>& leased);
  orders requested(std::uint32_t shard, limit what, std::size_t amount);
  /// The answer to a recall.
  orders returned(std::uint32_t shard, limit what, std::size_t amount);
  /// Slots given back later, without being asked again.
  orders repaid(std::uint32_t shard, limit what, std::size_t amount);
  /// A shard is there of which is not known yet what it holds: nothing is granted before it registers or is lost.
  void expect(std::uint32_t shard);
  /// A shard died; its slots are in stock again.
  orders lost(std::uint32_t shard);

  std::size_t leased(limit what) const noexcept;
  /// What a shard holds, by index of `limit`.
  std::vector<std::size_t> leased_to(std::uint32_t shard) const;
  /// How many slots no shard holds.
  std::size_t stock(limit what) const noexcept;

private:
  struct request {
    std::uint32_t shard = 0;
    std::size_t amount = 0;
    bool in_round = false; ///< it was waiting when the current round began
  };
  struct limit_account {
    std::size_t total = 0;
    std::vector<std::size_t> leased; ///< by shard
    std::vector<bool> asked;         ///< by shard: a recall of this round is unanswered
    std::deque<request> waiting;     ///< one per shard at most
    bool round = false;
    bool granted_in_round = false;
  };
  limit_account& account_of(limit what) { return accounts_[static_cast<std::size_t>(what)]; }
  const limit_account& account_of(limit what) const {
    return accounts_[static_cast<std::size_t>(what)];
  }

  bool knows(std::uint32_t shard) const noexcept { return shard < shards_.size(); }
  bool all_known() const noexcept;
  void forget(std::uint32_t shard);
  orders settle_all();
  void settle(limit what, orders& out);
  void grant_from_stock(limit what, orders& out);
  void begin_round(limit what, orders& out);
  void end_round(limit what, orders& out);
  orders take_back(std::uint32_t shard, limit what, std::size_t amount);

  enum class presence : std::uint8_t { expected, here, lost };
  std::vector<presence> shards_;
  std::array<limit_account, limit_count> accounts_;
};

} // namespace troupe::supervision
