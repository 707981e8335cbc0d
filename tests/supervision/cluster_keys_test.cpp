#define CAF_SUITE cluster_keys

#include "troupe/supervision/cluster/cluster_keys.hpp"

#include <algorithm>
#include <chrono>
#include <string>

#include "caf/test/unit_test.hpp"

using namespace troupe;
using namespace troupe::supervision;
using namespace std::chrono_literals;

CAF_TEST(every_node_has_the_same_keys_and_old_ones_still_open) {
  const protocol::cluster_key one{"a secret of more than 16 bytes", "orders"};
  const protocol::cluster_key other{"a secret of more than 16 bytes", "orders"};
  const auto today = make_cluster_ring(one, 20'000, 10min);
  const auto there = make_cluster_ring(other, 20'000, 10min);
  const auto tomorrow = make_cluster_ring(other, 20'001, 10min);
  const auto id = std::string{today->current().id()};
  CAF_CHECK_EQUAL(id, "c20000");
  for (const auto& ring : {there, tomorrow}) {
    const auto* key = ring->find(id);
    CAF_REQUIRE(key != nullptr);
    CAF_CHECK(
        std::equal(key->bytes().begin(), key->bytes().end(), today->current().bytes().begin()));
  }
  // A node whose clock is ahead.
  CAF_CHECK(today->find(tomorrow->current().id()) != nullptr);
  // What may be seven days old.
  const auto long_lived = make_cluster_ring(one, 20'008, std::chrono::hours{7 * 24});
  CAF_CHECK(long_lived->find(id) != nullptr);
}
