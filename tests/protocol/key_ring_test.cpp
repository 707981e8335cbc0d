#include "troupe/protocol/key_ring.hpp"

#define CAF_SUITE key_ring
#include "caf/test/unit_test.hpp"

#include "troupe/protocol/base64.hpp"

#include <algorithm>

using namespace troupe::protocol;

namespace {

const std::string hex = "000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1EfF";
const std::string other_hex = std::string(62, 'a') + "00";

std::string key_bytes(const sealing_key& key) {
  return {key.bytes().begin(), key.bytes().end()};
}

std::string problem(std::initializer_list<key_entry> entries) {
  const auto ring = key_ring::make({entries.begin(), entries.size()});
  return ring ? "none" : ring.error().message;
}

std::shared_ptr<const key_ring> ring_of(std::initializer_list<key_entry> entries) {
  return key_ring::make({entries.begin(), entries.size()}).value();
}

} // namespace

CAF_TEST(the_first_key_is_the_current_one_and_all_are_found) {
  const auto ring = ring_of({{"2026-11", hex}, {"2026-10", other_hex}});
  CAF_CHECK_EQUAL(ring->current().id(), std::string_view("2026-11"));
  CAF_CHECK_EQUAL(ring->keys().size(), 2u);
  CAF_CHECK(ring->find("2026-11") == &ring->keys()[0]);
  CAF_CHECK(ring->find("2026-10") == &ring->keys()[1]);
  CAF_CHECK(ring->find("2026-1") == nullptr);
  CAF_CHECK(ring->find("") == nullptr);
}

CAF_TEST(one_key_is_read_from_hexadecimal_base64_and_base64url) {
  std::string bytes;
  for (int i = 0; i < 32; ++i)
    bytes += static_cast<char>(i == 31 ? 0xFF : i);
  auto padded = to_base64(bytes);
  const auto from_hex = ring_of({{"a", hex}});
  CAF_CHECK(key_bytes(from_hex->current()) == bytes);
  const auto from_padded = ring_of({{"a", padded}});
  CAF_CHECK(key_bytes(from_padded->current()) == bytes);
  padded.pop_back();
  std::replace(padded.begin(), padded.end(), '/', '_');
  std::replace(padded.begin(), padded.end(), '+', '-');
  const auto from_url = ring_of({{"a", padded}});
  CAF_CHECK(key_bytes(from_url->current()) == bytes);
}

CAF_TEST(unusable_entries_are_named_and_no_key_is_told) {
  CAF_CHECK_EQUAL(problem({}), std::string("a key ring has 1 to 16 keys, not 0"));
  for (const std::string& bad :
       {std::string(), hex.substr(1), hex + "0", std::string(64, 'g'), std::string(43, '!'),
        std::string(44, 'A'), std::string(42, 'A') + "B", std::string(64, '0'),
        std::string(43, 'A')}) {
    const auto text = problem({{"good", hex}, {"bad", bad}});
    CAF_CHECK(text.starts_with("key 2 of the key ring: it "));
    CAF_CHECK(bad.empty() || text.find(bad) == std::string::npos);
  }
  for (const std::string& id :
       {std::string(), std::string(17, 'a'), std::string("a b"), std::string("ä")})
    CAF_CHECK_EQUAL(problem({{id, hex}}),
                    std::string("key 1 of the key ring: its id must be 1 to 16 characters A-Z a-z "
                                "0-9 - _ ."));
  CAF_CHECK_EQUAL(
      problem({{"a", hex}, {"a", other_hex}}),
      std::string("key 2 of the key ring: its id 'a' is taken by another key of the ring"));
  CAF_CHECK_EQUAL(
      problem({{"a", hex}, {"b", hex}}),
      std::string("key 2 of the key ring: it is the same as that of id 'a'; list each key once"));
  const std::vector<key_entry> many(17, key_entry{"a", hex});
  CAF_CHECK(key_ring::make(many).has_error());
}

CAF_TEST(random_rings_differ_in_key_and_id) {
  const auto first = key_ring::make_random();
  const auto second = key_ring::make_random();
  CAF_CHECK(key_bytes(first->current()) != key_bytes(second->current()));
  CAF_CHECK(first->current().id() != second->current().id());
  CAF_CHECK(first->find(first->current().id()) == &first->current());
}
