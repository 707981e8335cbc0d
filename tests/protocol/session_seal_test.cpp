#include "troupe/protocol/session_seal.hpp"

#define CAF_SUITE session_seal
#include "caf/test/unit_test.hpp"

#include <set>
#include <string>
#include <unordered_set>

using namespace troupe::protocol;

namespace {

const cluster_key key{"correct horse battery staple", "orders"};

} // namespace

CAF_TEST(who_has_the_key_reads_the_node) {
  session_seal one{key};
  session_seal other{key};
  for (const node_number node : {0u, 1u, 0x12345678u, 0xFFFFFFFFu})
    CAF_CHECK(other.open(one.seal(node, 1, 0)) == node);
}

CAF_TEST(ids_have_the_form_of_every_session_id_and_belong_to_their_shard) {
  session_seal seal{key};
  std::unordered_set<session_id> seen;
  for (std::size_t shard = 0; shard < 7; ++shard)
    for (int i = 0; i < 100; ++i) {
      const auto id = seal.seal(42, 7, shard);
      CAF_REQUIRE_EQUAL(shard_of(id, 7), shard);
      CAF_REQUIRE(session_id::parse(id.view()) == id);
      CAF_REQUIRE(seen.insert(id).second);
    }
}

CAF_TEST(other_secrets_and_other_clusters_open_nothing) {
  const auto id = session_seal{key}.seal(42, 1, 0);
  CAF_CHECK(!session_seal(cluster_key{"correct horse battery stable", "orders"}).open(id));
  CAF_CHECK(!session_seal(cluster_key{"correct horse battery staple", "bills"}).open(id));
}

CAF_TEST(a_changed_id_opens_nothing) {
  session_seal seal{key};
  const auto id = seal.seal(42, 1, 0);
  for (std::size_t place = 0; place < session_id::size; ++place) {
    std::string text{id.view()};
    text[place] = text[place] == 'A' ? 'B' : 'A';
    CAF_CHECK(!seal.open(session_id::parse(text).value()));
  }
}

CAF_TEST(made_up_ids_open_nothing) {
  session_seal seal{key};
  for (int i = 0; i < 10'000; ++i)
    CAF_REQUIRE(!seal.open(make_session_id()));
}

CAF_TEST(an_id_tells_nothing_about_its_node) {
  session_seal seal{key};
  // The ids of one node differ at every place.
  std::vector<std::set<char>> seen(session_id::size);
  for (int i = 0; i < 200; ++i) {
    const auto id = seal.seal(7, 1, 0);
    for (std::size_t place = 0; place < session_id::size; ++place)
      seen[place].insert(id.view()[place]);
  }
  for (const auto& characters : seen)
    CAF_CHECK(characters.size() > 40u);
}
