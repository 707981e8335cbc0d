#include "troupe/protocol/session_id.hpp"

#define CAF_SUITE session_id
#include "caf/test/unit_test.hpp"

#include <array>
#include <string>
#include <unordered_set>

using namespace troupe::protocol;

CAF_TEST(ids_are_different_and_read_back) {
  std::unordered_set<session_id> ids;
  for (int i = 0; i < 10'000; ++i) {
    const auto id = make_session_id();
    CAF_REQUIRE(session_id::parse(id.view()) == id);
    CAF_REQUIRE(ids.insert(id).second);
  }
}

CAF_TEST(only_32_characters_of_the_alphabet_are_an_id) {
  const std::string good(session_id::size, 'A');
  CAF_CHECK(session_id::parse(good).has_value());
  CAF_CHECK(session_id::parse("abcdefghijklmnopqrstuvwxyz-_0189").has_value());
  for (const auto& text : {std::string(), good + "A", good.substr(1), good.substr(1) + "=",
                           good.substr(1) + "+", good.substr(1) + "/", good.substr(1) + " ",
                           good.substr(1) + std::string(1, '\0'), good.substr(1) + "\xC3"})
    CAF_CHECK(!session_id::parse(text));
}

CAF_TEST(every_character_of_the_alphabet_occurs_at_every_place) {
  std::array<std::unordered_set<char>, session_id::size> seen;
  for (int i = 0; i < 5'000; ++i) {
    const auto id = make_session_id();
    for (std::size_t place = 0; place < seen.size(); ++place)
      seen[place].insert(id.view()[place]);
  }
  for (const auto& characters : seen)
    CAF_CHECK_EQUAL(characters.size(), 64u);
}

CAF_TEST(an_id_made_for_a_shard_belongs_to_it) {
  for (const std::size_t shards : {1U, 2U, 3U, 8U, 64U}) {
    for (std::size_t shard = 0; shard < shards; ++shard) {
      const auto id = make_session_id(shards, shard);
      CAF_CHECK_EQUAL(shard_of(id, shards), shard);
      CAF_CHECK_EQUAL(shard_of(session_id::parse(id.view()).value(), shards), shard);
    }
  }
}

CAF_TEST(free_ids_spread_over_the_shards) {
  std::array<int, 7> counts{};
  for (int i = 0; i < 70'000; ++i)
    ++counts[shard_of(make_session_id(), counts.size())];
  for (const int count : counts)
    CAF_CHECK(count > 9'000 && count < 11'000);
}

CAF_TEST(the_shard_of_an_id_is_the_same_in_every_run) {
  const auto id = session_id::parse("AAAAAAAABBBBBBBBCCCCCCCCDDDDDDDD").value();
  CAF_CHECK_EQUAL(shard_of(id, 1000), std::size_t{366});
  CAF_CHECK_EQUAL(id.prefix(), "AAAAAA");
}
