// Whoever has not the secret gets nowhere, whatever is sent and however it is cut; one changed byte of a true proof is
// noticed; and a node is believed exactly what it may say about itself. The proof draws its own nonce, so outcomes are
// compared between two of them, never with stored ones.
#include "troupe/protocol/node_proof.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace troupe::protocol;
using role = node_proof::role;
using state = node_proof::state;

namespace {

void require(bool condition) {
  if (!condition)
    std::abort();
}

constexpr std::size_t greeting_size = 37;
constexpr std::size_t max_wanted = 1 + 4 + 1024 + cluster_key::size;

// Drawn anew for nobody: what the fuzzer would have to guess is the proof under a fresh nonce.
const cluster_key key{"the secret of the fuzz target", "fuzz"};
const node_description alice{1, "alice", "10.0.0.1", 7400};

/// Gives `bytes` in pieces of at most `step`, and never more than is asked for.
void feed(node_proof& to, std::string_view bytes, std::size_t step) {
  std::string held;
  while (to.now() == state::going_on && !bytes.empty()) {
    require(to.wanted() > 0 && to.wanted() <= max_wanted);
    const auto piece = bytes.substr(0, std::min(step, to.wanted()));
    held += piece;
    bytes.remove_prefix(piece.size());
    to.take(held);
  }
}

void strangers_get_nowhere(role which, std::string_view bytes, std::size_t step) {
  node_proof whole{which, key, alice, {}};
  node_proof parts{which, key, alice, {}};
  const auto said = whole.take_output();
  require(said.size() == greeting_size);
  feed(whole, bytes, bytes.size());
  feed(parts, bytes, step);
  require(whole.now() == state::going_on || whole.now() == state::failed);
  require(whole.now() == parts.now() && whole.problem() == parts.problem());
  require(whole.now() == state::failed || whole.wanted() == parts.wanted());
  require((whole.now() == state::failed) == !whole.problem().empty());
  if (which == role::acceptor) // nothing about this node
    require(whole.take_output().empty());
}

void a_changed_byte_is_noticed(bool of_the_dialler, std::size_t where, char change) {
  node_proof dialler{role::dialler, key, alice, "binding"};
  node_proof acceptor{role::acceptor, key, alice, "binding"};
  std::size_t at = 0;
  const auto carry = [&](node_proof& from, node_proof& to, bool changes) {
    auto bytes = from.take_output();
    if (changes && where >= at && where < at + bytes.size())
      bytes[where - at] = static_cast<char>(bytes[where - at] ^ change);
    if (changes)
      at += bytes.size();
    feed(to, bytes, bytes.size());
    if (to.now() == state::asking)
      to.answer(admission::connected);
  };
  for (int i = 0; i < 2; ++i) {
    carry(dialler, acceptor, of_the_dialler);
    carry(acceptor, dialler, !of_the_dialler);
  }
  const bool changed = change != 0 && where < at;
  const auto& victim = of_the_dialler ? acceptor : dialler;
  require((victim.now() == state::done) == !changed);
  if (changed)
    return;
  require(dialler.now() == state::done && dialler.verdict() == admission::connected);
  require(dialler.other() == alice && acceptor.other() == alice);
}

void nodes_are_believed_what_they_may_say(std::string_view name) {
  node_description self = alice;
  self.name = name;
  const auto said = encode(self);
  node_proof dialler{role::dialler, key, self, {}};
  node_proof acceptor{role::acceptor, key, alice, {}};
  feed(dialler, acceptor.take_output(), greeting_size);
  const auto bytes = dialler.take_output();
  feed(acceptor, bytes, bytes.size());
  const bool is_readable = decode_node_description(said) == self;
  require((acceptor.now() == state::asking) == is_readable);
  if (is_readable)
    require(acceptor.other() == self);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto node = decode_node_description(text))
    require(encode(*node) == text);
  const std::size_t step = size == 0 ? 1 : 1 + data[size / 2] % 41;
  strangers_get_nowhere(role::acceptor, text, step);
  strangers_get_nowhere(role::dialler, text, step);
  if (size >= 3)
    a_changed_byte_is_noticed((data[0] & 1) != 0, data[1], static_cast<char>(data[2]));
  nodes_are_believed_what_they_may_say(text.substr(0, 2048));
  return 0;
}
