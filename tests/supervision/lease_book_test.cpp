#define CAF_SUITE lease_book

#include "troupe/supervision/lease_book.hpp"

#include "caf/test/unit_test.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <random>
#include <string>
#include <vector>

using troupe::limit;
using troupe::quota;
using namespace troupe::supervision;

namespace {

using order = lease_book::order;

lease_book make_book(std::size_t calls, std::size_t shards) {
  lease_book book{{0, 0, 0, calls}, shards};
  for (std::uint32_t i = 0; i < shards; ++i)
    book.registered(i, {0, 0, 0, 0});
  return book;
}

order grant(std::uint32_t shard, std::size_t amount) {
  return {order::kind::grant, shard, limit::calls, amount};
}
order recall(std::uint32_t shard, std::size_t amount) {
  return {order::kind::recall, shard, limit::calls, amount};
}
lease_book::orders only(std::initializer_list<order> orders) {
  return orders;
}

/// Shards with real quotas and a real book, with channels between them that deliver in order, each at
/// its own pace: every interleaving that threads can produce.
class simulation {
public:
  simulation(std::uint32_t seed, std::size_t limit, std::uint32_t shards)
      : random_(seed),
        limit_(limit),
        book_(make_book(limit, shards)),
        held_(shards, 0),
        waiting_(shards, 0) {
    for (std::uint32_t i = 0; i < shards; ++i)
      shards_.push_back(make_shard(i, {}));
  }

  void step() {
    const auto which = pick(shards_.size());
    switch (pick(6)) {
    case 0:
    case 1:
      acquire(which);
      break;
    case 2:
      release(which);
      break;
    case 3:
      deliver_to_registry();
      break;
    case 4:
      deliver_to_shard(which);
      break;
    default:
      if (pick(200) == 0)
        restart_registry();
      else if (pick(200) == 0)
        restart_shard(which);
      else
        try_acquire(which);
    }
    check();
  }

  /// Delivers what is on its way; then nobody may still wait.
  void finish() {
    for (bool more = true; more;) {
      more = deliver_to_registry();
      for (std::size_t i = 0; i < shards_.size(); ++i)
        more |= deliver_to_shard(i);
      check();
    }
    for (std::size_t i = 0; i < shards_.size(); ++i)
      CAF_REQUIRE_EQUAL(waiting_[i], 0u);
  }

  std::size_t refused() const { return refused_; }
  std::size_t acquired() const { return acquired_; }

private:
  struct to_registry {
    enum class kind { registered, request, returned, repaid } what;
    std::uint32_t shard;
    std::uint64_t incarnation;
    std::size_t registry; ///< which one it was sent to
    std::size_t amount = 0;
    std::vector<std::size_t> leases;
  };
  struct to_shard {
    enum class kind { grant, recall, registry_changed } what;
    std::size_t amount = 0; ///< or which registry
  };
  struct shard {
    std::unique_ptr<quota> slots;
    std::deque<to_shard> inbox;
    std::uint64_t incarnation = 0;
    std::size_t registry = 0; ///< the one it knows
  };

  std::size_t pick(std::size_t below) {
    return std::uniform_int_distribution<std::size_t>{0, below - 1}(random_);
  }

  shard make_shard(std::uint32_t index, std::uint64_t incarnation) {
    shard made;
    made.incarnation = incarnation;
    made.registry = registry_number_;
    made.slots = std::make_unique<quota>(
        [=, this](limit, std::size_t amount) { send(to_registry::kind::request, index, amount); });
    made.slots->repay_with(
        [=, this](limit, std::size_t amount) { send(to_registry::kind::repaid, index, amount); });
    return made;
  }

  void send(to_registry::kind what, std::uint32_t index, std::size_t amount) {
    const auto& from = shards_[index];
    registry_.push_back(
        {what, index, from.incarnation, from.registry, amount, from.slots->leases()});
  }

  void acquire(std::size_t which) {
    // The moment after which a "no" needs a moment at which everything was in use.
    const auto began = now_;
    ++waiting_[which];
    const auto incarnation = shards_[which].incarnation;
    shards_[which].slots->acquire(limit::calls, [=, this](bool yes) {
      if (incarnation != shards_[which].incarnation)
        return;
      --waiting_[which];
      if (yes) {
        ++acquired_;
        ++held_[which];
      } else {
        ++refused_;
        CAF_REQUIRE(last_full_ >= began);
      }
    });
  }

  void try_acquire(std::size_t which) {
    if (shards_[which].slots->try_acquire(limit::calls))
      ++held_[which];
  }

  void release(std::size_t which) {
    if (held_[which] == 0)
      return;
    --held_[which];
    shards_[which].slots->release(limit::calls);
  }

  bool deliver_to_registry() {
    if (registry_.empty())
      return false;
    auto message = std::move(registry_.front());
    registry_.pop_front();
    if (message.incarnation != shards_[message.shard].incarnation)
      return true; // of a shard that is gone
    if (message.registry != registry_number_)
      return true; // to a registry that is gone
    switch (message.what) {
    case to_registry::kind::registered:
      carry_out(book_.registered(message.shard, message.leases));
      break;
    case to_registry::kind::request:
      carry_out(book_.requested(message.shard, limit::calls, message.amount));
      break;
    case to_registry::kind::returned:
      carry_out(book_.returned(message.shard, limit::calls, message.amount));
      break;
    case to_registry::kind::repaid:
      carry_out(book_.repaid(message.shard, limit::calls, message.amount));
      break;
    }
    return true;
  }

  void carry_out(const lease_book::orders& orders) {
    for (const auto& one : orders) {
      if (one.of != limit::calls)
        continue;
      shards_[one.shard].inbox.push_back(
          {one.what == order::kind::grant ? to_shard::kind::grant : to_shard::kind::recall,
           one.amount});
    }
  }

  bool deliver_to_shard(std::size_t which) {
    auto& to = shards_[which];
    if (to.inbox.empty())
      return false;
    const auto message = to.inbox.front();
    to.inbox.pop_front();
    const auto index = static_cast<std::uint32_t>(which);
    switch (message.what) {
    case to_shard::kind::grant:
      to.slots->granted(limit::calls, message.amount);
      break;
    case to_shard::kind::recall:
      send(to_registry::kind::returned, index, to.slots->recall(limit::calls, message.amount));
      break;
    case to_shard::kind::registry_changed:
      to.registry = message.amount;
      send(to_registry::kind::registered, index, 0);
      to.slots->ask_again();
      break;
    }
    return true;
  }

  void restart_registry() {
    ++registry_number_;
    book_ = lease_book{{0, 0, 0, limit_}, shards_.size()};
    for (auto& one : shards_)
      one.inbox.push_back({to_shard::kind::registry_changed, registry_number_});
  }

  void restart_shard(std::size_t which) {
    const auto index = static_cast<std::uint32_t>(which);
    held_[which] = 0;
    waiting_[which] = 0;
    shards_[which] = make_shard(index, shards_[which].incarnation + 1);
    carry_out(book_.lost(index));
    send(to_registry::kind::registered, index, 0);
  }

  void check() {
    ++now_;
    std::size_t used = 0;
    std::size_t leased = 0;
    for (std::size_t i = 0; i < shards_.size(); ++i) {
      CAF_REQUIRE_EQUAL(shards_[i].slots->used(limit::calls), held_[i]);
      used += held_[i];
      leased += shards_[i].slots->leased(limit::calls);
    }
    CAF_REQUIRE(used <= limit_);
    CAF_REQUIRE(leased <= limit_);
    if (used == limit_)
      last_full_ = now_;
  }

  std::mt19937 random_;
  std::size_t limit_;
  lease_book book_;
  std::size_t registry_number_ = 0;
  std::vector<shard> shards_;
  std::deque<to_registry> registry_;
  std::vector<std::size_t> held_;
  std::vector<std::size_t> waiting_;
  std::size_t now_ = 1;
  std::size_t last_full_ = 0;
  std::size_t refused_ = 0;
  std::size_t acquired_ = 0;
};

} // namespace

CAF_TEST(blocks_fit_the_limit) {
  CAF_CHECK_EQUAL(lease_block(0, 1), 1u);
  CAF_CHECK_EQUAL(lease_block(10, 2), 1u);
  CAF_CHECK_EQUAL(lease_block(1600, 2), 100u);
  CAF_CHECK_EQUAL(lease_block(18000, 1), 256u);
  CAF_CHECK_EQUAL(lease_block(18000, 0), 256u);
}

CAF_TEST(requests_are_served_from_stock) {
  auto book = make_book(10, 2);
  CAF_CHECK(book.requested(0, limit::calls, 4) == only({grant(0, 4)}));
  CAF_CHECK(book.requested(1, limit::calls, 9) == only({grant(1, 6)}));
  CAF_CHECK_EQUAL(book.stock(limit::calls), 0u);
  CAF_CHECK_EQUAL(book.leased(limit::calls), 10u);
}

CAF_TEST(an_empty_stock_is_refilled_by_a_recall) {
  auto book = make_book(2, 2);
  book.requested(0, limit::calls, 2);
  CAF_CHECK(book.requested(1, limit::calls, 1) == only({recall(0, 1)}));
  CAF_CHECK(book.returned(0, limit::calls, 1) == only({grant(1, 1)}));
}

CAF_TEST(no_is_said_when_nobody_has_a_slot) {
  auto book = make_book(2, 2);
  book.requested(0, limit::calls, 2);
  book.requested(1, limit::calls, 1);
  CAF_CHECK(book.returned(0, limit::calls, 0) == only({grant(1, 0)}));
}

CAF_TEST(a_single_shard_is_told_no_at_once) {
  auto book = make_book(1, 1);
  book.requested(0, limit::calls, 1);
  CAF_CHECK(book.requested(0, limit::calls, 1) == only({grant(0, 0)}));
}

CAF_TEST(a_slot_that_is_repaid_during_a_round_is_not_overlooked) {
  auto book = make_book(2, 3);
  book.requested(0, limit::calls, 1);
  book.requested(1, limit::calls, 1);
  book.requested(2, limit::calls, 1);
  CAF_CHECK(book.returned(0, limit::calls, 0).empty());
  CAF_CHECK(book.repaid(0, limit::calls, 1) == only({grant(2, 1)}));
  CAF_CHECK(book.returned(1, limit::calls, 0).empty());
}

CAF_TEST(a_request_that_arrives_during_a_round_gets_a_round_of_its_own) {
  auto book = make_book(1, 3);
  book.requested(0, limit::calls, 1);
  CAF_CHECK(book.requested(1, limit::calls, 1) == only({recall(0, 1), recall(2, 1)}));
  CAF_CHECK(book.returned(0, limit::calls, 0).empty());
  CAF_CHECK(book.requested(2, limit::calls, 1).empty());
  CAF_CHECK(book.returned(2, limit::calls, 0) == only({grant(1, 0), recall(0, 1), recall(1, 1)}));
}

CAF_TEST(nothing_is_granted_before_every_shard_has_registered) {
  lease_book book{{0, 0, 0, 4}, 2};
  CAF_CHECK(book.registered(0, {0, 0, 0, 1}).empty());
  CAF_CHECK(book.requested(0, limit::calls, 4).empty());
  CAF_CHECK(book.registered(1, {0, 0, 0, 2}) == only({grant(0, 1)}));
}

CAF_TEST(a_lost_shard_gives_its_slots_back) {
  auto book = make_book(4, 2);
  book.requested(0, limit::calls, 4);
  CAF_CHECK(book.requested(1, limit::calls, 2) == only({recall(0, 2)}));
  CAF_CHECK(book.lost(0) == only({grant(1, 2)}));
  CAF_CHECK(book.returned(0, limit::calls, 4).empty());
  CAF_CHECK_EQUAL(book.leased(limit::calls), 2u);
}

CAF_TEST(a_shard_that_is_unknown_changes_nothing) {
  auto book = make_book(4, 1);
  CAF_CHECK(book.requested(7, limit::calls, 1).empty());
  CAF_CHECK(book.registered(7, {0, 0, 0, 4}).empty());
  CAF_CHECK_EQUAL(book.stock(limit::calls), 4u);
}

CAF_TEST(limits_are_exact_under_all_interleavings) {
  std::size_t refused = 0;
  std::size_t acquired = 0;
  for (std::uint32_t seed = 0; seed < 600; ++seed) {
    const std::uint32_t shards = 1 + seed % 4;
    const std::size_t most = 1 + seed % 7 + (seed % 5) * shards;
    simulation run{seed, most, shards};
    for (int i = 0; i < 1500; ++i)
      run.step();
    run.finish();
    refused += run.refused();
    acquired += run.acquired();
  }
  // Otherwise nothing was shown.
  CAF_CHECK(refused > 10'000);
  CAF_CHECK(acquired > 10'000);
}
