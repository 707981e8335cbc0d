#include "troupe/protocol/sealed_box.hpp"

#define CAF_SUITE sealed_box
#include "caf/test/unit_test.hpp"

#include "troupe/protocol/base64url.hpp"

#include <set>

using namespace troupe::protocol;

namespace {

bool refused(const boost::system::result<std::string, box_problem>& result, box_problem problem) {
  return result.has_error() && result.error() == problem;
}

} // namespace

CAF_TEST(what_is_sealed_opens_again) {
  const auto ring = key_ring::make_random();
  for (const std::size_t size : {0U, 1U, 15U, 16U, 17U, 1000U, 100'000U}) {
    const std::string plaintext(size, 'x');
    const auto box = seal_box(*ring, "test", "context", plaintext);
    CAF_CHECK_EQUAL(box.size(), sealed_size(size, ring->current().id().size()));
    CAF_CHECK(open_box(*ring, "test", "context", box).value() == plaintext);
  }
}

CAF_TEST(the_same_plaintext_never_gives_the_same_box) {
  const auto ring = key_ring::make_random();
  std::set<std::string> boxes;
  for (int i = 0; i < 1000; ++i)
    boxes.insert(seal_box(*ring, "test", "", "the same"));
  CAF_CHECK_EQUAL(boxes.size(), 1000u);
}

CAF_TEST(a_box_opens_only_for_its_purpose_and_context) {
  const auto ring = key_ring::make_random();
  const auto box = seal_box(*ring, "ab", "cd", "secret");
  for (const auto& [purpose, context] :
       {std::pair{"ab", "ce"}, {"ac", "cd"}, {"abc", "d"}, {"a", "bcd"}, {"", "abcd"}, {"ab", ""}})
    CAF_CHECK(refused(open_box(*ring, purpose, context, box), box_problem::forged));
}

CAF_TEST(another_ring_does_not_know_the_key) {
  const auto box = seal_box(*key_ring::make_random(), "test", "", "secret");
  CAF_CHECK(refused(open_box(*key_ring::make_random(), "test", "", box), box_problem::unknown_key));
}

CAF_TEST(a_key_of_the_same_id_but_other_bits_opens_nothing) {
  const std::string one = std::string(62, '1') + "22";
  const std::string two = std::string(62, '2') + "11";
  const key_entry first[] = {{"k", one}};
  const key_entry second[] = {{"k", two}};
  const auto box = seal_box(*key_ring::make(first).value(), "test", "", "secret");
  CAF_CHECK(
      refused(open_box(*key_ring::make(second).value(), "test", "", box), box_problem::forged));
}

CAF_TEST(what_is_no_box_is_malformed) {
  const auto ring = key_ring::make_random();
  const auto box = seal_box(*ring, "test", "", "secret");
  auto other_version = decode_base64url(box).value();
  other_version[0] = 2;
  for (const auto& text :
       {std::string(), std::string("A"), std::string("AQ"), std::string("AQj_"), std::string("Af8"),
        box + "=", " " + box, box + "\n", box.substr(0, 48), encode_base64url(other_version),
        std::string(100'000, 'A'), std::string("=?base64?SGVsbG8=?=")})
    CAF_CHECK(refused(open_box(*ring, "test", "", text), box_problem::malformed));
}
