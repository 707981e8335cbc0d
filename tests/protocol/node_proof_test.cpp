#include "troupe/protocol/node_proof.hpp"

#define CAF_SUITE node_proof
#include "caf/test/unit_test.hpp"

#include <algorithm>
#include <string>
#include <utility>

using namespace troupe::protocol;
using role = node_proof::role;
using state = node_proof::state;

namespace {

const cluster_key key{"a secret of more than 16 bytes", "orders"};
const node_description alice{1, "alice", "10.0.0.1", 7400};
const node_description bob{2, "bob", "", 7401};

/// Carries bytes both ways until nobody has anything to say, at most as many at once as asked for.
void talk(node_proof& one, node_proof& other, admission verdict = admission::welcome) {
  std::string to_one;
  std::string to_other;
  std::string held_by_one;
  std::string held_by_other;
  const auto step = [&](node_proof& who, std::string& bytes, std::string& held) {
    const auto piece = bytes.substr(0, who.wanted());
    bytes.erase(0, piece.size());
    held += piece;
    if (who.now() == state::going_on)
      who.take(held);
    if (who.now() == state::asking)
      who.answer(verdict);
  };
  for (int i = 0; i < 100; ++i) {
    to_other += one.take_output();
    to_one += other.take_output();
    step(one, to_one, held_by_one);
    step(other, to_other, held_by_other);
  }
}

std::pair<node_proof, node_proof> pair_of(const cluster_key& first, const cluster_key& second,
                                          std::string binding_1 = {}, std::string binding_2 = {}) {
  return {node_proof{role::dialler, first, alice, std::move(binding_1)},
          node_proof{role::acceptor, second, bob, std::move(binding_2)}};
}

} // namespace

CAF_TEST(two_nodes_of_a_cluster_prove_it_and_introduce_themselves) {
  auto [one, other] = pair_of(key, key, "tls", "tls");
  talk(one, other);
  CAF_CHECK(one.now() == state::done);
  CAF_CHECK(other.now() == state::done);
  CAF_CHECK(one.other() == bob);
  CAF_CHECK(other.other() == alice);
  CAF_CHECK(one.verdict() == admission::welcome);
}

CAF_TEST(the_dialler_hears_what_was_decided) {
  auto [one, other] = pair_of(key, key);
  talk(one, other, admission::connected);
  CAF_CHECK(one.now() == state::done);
  CAF_CHECK(one.verdict() == admission::connected);
}

CAF_TEST(another_secret_another_name_and_another_connection_are_refused) {
  const cluster_key wrong_secret{"another secret of 16 bytes", "orders"};
  const cluster_key wrong_name{"a secret of more than 16 bytes", "bills"};
  for (const auto* wrong : {&wrong_secret, &wrong_name}) {
    auto [one, other] = pair_of(*wrong, key);
    talk(one, other);
    CAF_CHECK(other.now() == state::failed);
    CAF_CHECK(one.now() == state::going_on);
    CAF_CHECK(!other.problem().empty());
  }
  auto [one, other] = pair_of(key, key, "one TLS connection", "another");
  talk(one, other);
  CAF_CHECK(other.now() == state::failed);
}

CAF_TEST(who_has_proven_nothing_learns_nothing) {
  node_proof acceptor{role::acceptor, key, bob, {}};
  node_proof stranger{role::dialler, cluster_key{"sixteen bytes are", "orders"}, alice, {}};
  auto said = acceptor.take_output();
  CAF_CHECK_EQUAL(said.size(), 37u); // the greeting
  auto greeting = stranger.take_output();
  acceptor.take(greeting);
  CAF_CHECK(acceptor.take_output().empty());
  stranger.take(said);
  auto proof = stranger.take_output();
  acceptor.take(proof);
  CAF_CHECK(acceptor.now() == state::failed);
  CAF_CHECK(acceptor.take_output().empty());
}

CAF_TEST(a_proof_is_good_for_one_connection) {
  node_proof one{role::dialler, key, alice, {}};
  node_proof other{role::acceptor, key, bob, {}};
  auto greeting = one.take_output();
  const auto recorded_greeting = greeting;
  auto answer = other.take_output();
  one.take(answer);
  other.take(greeting);
  auto proof = one.take_output();
  const auto recorded_proof = proof;
  other.take(proof);
  CAF_CHECK(other.now() == state::asking);
  node_proof later{role::acceptor, key, bob, {}};
  auto again = recorded_greeting + recorded_proof;
  later.take(again);
  CAF_CHECK(later.now() == state::failed);
}

CAF_TEST(what_one_side_said_is_not_taken_from_the_other) {
  node_proof one{role::dialler, key, alice, {}};
  auto mirrored = one.take_output();
  one.take(mirrored); // its own greeting
  CAF_CHECK(one.now() == state::failed);
}

CAF_TEST(it_never_asks_for_more_than_belongs_to_it) {
  auto [one, other] = pair_of(key, key);
  auto to_other = one.take_output();
  auto to_one = other.take_output();
  std::string pending[2];
  while (one.now() == state::going_on || other.now() == state::going_on) {
    for (auto [who, bytes] : {std::pair{&one, &to_one}, std::pair{&other, &to_other}}) {
      if (who->now() != state::going_on)
        continue;
      CAF_REQUIRE(who->wanted() > 0);
      std::string piece = bytes->substr(0, std::min<std::size_t>(who->wanted(), 1));
      bytes->erase(0, piece.size());
      auto& held = pending[who == &one];
      held += piece;
      who->take(held);
      if (who->now() == state::asking)
        who->answer(admission::welcome);
    }
    to_other += one.take_output();
    to_one += other.take_output();
  }
  CAF_CHECK(one.now() == state::done);
  CAF_CHECK(other.now() == state::done);
  CAF_CHECK(to_one.empty());
  CAF_CHECK(to_other.empty());
}

CAF_TEST(noise_is_no_node) {
  for (const std::string& noise :
       {std::string{"GET / HTTP/1.1\r\nHost: x\r\n\r\n"}, std::string(37, '\0'),
        std::string{"TRPN\x02"} + std::string(32, 'x')}) {
    node_proof acceptor{role::acceptor, key, bob, {}};
    auto bytes = noise;
    CAF_CHECK(acceptor.take(bytes) == state::failed);
  }
}

CAF_TEST(a_description_that_is_too_long_is_refused_before_it_comes) {
  node_proof acceptor{role::acceptor, key, bob, {}};
  std::string bytes = "TRPN\x01" + std::string(32, 'x') + std::string{"\x00\x10\x00\x00", 4};
  CAF_CHECK(acceptor.take(bytes) == state::failed);
}

CAF_TEST(descriptions_are_read_strictly) {
  CAF_CHECK(decode_node_description(encode(alice)) == alice);
  CAF_CHECK(decode_node_description(encode(bob)) == bob);
  CAF_CHECK(!decode_node_description(encode(alice) + "x"));
  CAF_CHECK(!decode_node_description(encode(alice).substr(1)));
  auto wrong = alice;
  wrong.port = 0;
  CAF_CHECK(!decode_node_description(encode(wrong)));
  wrong = alice;
  wrong.name = "two words";
  CAF_CHECK(!decode_node_description(encode(wrong)));
  wrong.name = std::string(node_description::max_name_size + 1, 'x');
  CAF_CHECK(!decode_node_description(encode(wrong)));
}
