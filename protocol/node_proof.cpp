#include "troupe/protocol/node_proof.hpp"

#include "troupe/protocol/byte_fields.hpp"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace troupe::protocol {

namespace {

constexpr std::string_view magic = "TRPN";
constexpr char version = 1;
constexpr std::size_t nonce_size = std::tuple_size_v<node_proof::nonce>;
constexpr std::size_t greeting_size = magic.size() + 1 + nonce_size;
/// Of a description; far more than one has.
constexpr std::size_t max_said_size = 1024;

std::string draw_nonce() {
  node_proof::nonce bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    throw std::runtime_error("OpenSSL's random generator failed: no node can be asked for a proof");
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string_view name_of(node_proof::role role) noexcept {
  return role == node_proof::role::dialler ? "dialler" : "acceptor";
}

std::string_view view(const cluster_key::bytes& bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

} // namespace

std::string_view to_string(admission verdict) noexcept {
  switch (verdict) {
  case admission::welcome:
    return "welcome";
  case admission::connected:
    return "connected already";
  case admission::crossing:
    return "dialling as well";
  case admission::itself:
    return "the same node";
  case admission::leaving:
    return "shutting down";
  }
  return "unknown";
}

node_proof::node_proof(role which, const cluster_key& key, const node_description& self,
                       std::string binding)
    : role_(which),
      key_(key.derive("node proof")),
      self_(self),
      binding_(std::move(binding)),
      own_nonce_(draw_nonce()),
      wanted_(greeting_size) {
  output_.append(magic).append(1, version).append(own_nonce_);
}

std::string node_proof::take_output() {
  return std::exchange(output_, {});
}

node_proof::state node_proof::take(std::string& input) {
  while (state_ == state::going_on) {
    const bool moved = next_ == expects::greeting ? take_greeting(input) : take_proof(input);
    if (!moved)
      break;
  }
  return state_;
}

bool node_proof::wait_for(std::size_t size, const std::string& input) {
  wanted_ = size - input.size();
  return false;
}

bool node_proof::take_greeting(std::string& input) {
  const auto known = std::min(input.size(), magic.size());
  if (input.compare(0, known, magic, 0, known) != 0) {
    fail("what answers there is no node of a cluster");
    return true;
  }
  if (input.size() < greeting_size)
    return wait_for(greeting_size, input);
  if (input[magic.size()] != version) {
    fail("it speaks another version of the cluster's protocol; run the same version of troupe");
    return true;
  }
  other_nonce_ = input.substr(magic.size() + 1, nonce_size);
  input.erase(0, greeting_size);
  if (other_nonce_ == own_nonce_) {
    fail("it sent this node's own challenge back");
    return true;
  }
  next_ = expects::proof;
  if (role_ == role::dialler) {
    const auto said = encode(self_);
    append_field(output_, said);
    output_.append(view(proof_of(role_, said)));
  }
  return true;
}

bool node_proof::take_proof(std::string& input) {
  const std::size_t verdict_size = role_ == role::dialler ? 1 : 0;
  const auto head_size = verdict_size + sizeof(std::uint32_t);
  if (input.size() < head_size)
    return wait_for(head_size, input);
  const auto verdict = input.substr(0, verdict_size);
  const auto size = field_reader{std::string_view{input}.substr(verdict_size)}.u32().value();
  if (size > max_said_size) {
    fail("it announced a description that is too long");
    return true;
  }
  const auto whole_size = head_size + size + cluster_key::size;
  if (input.size() < whole_size)
    return wait_for(whole_size, input);
  const auto said = input.substr(head_size, size);
  const auto mac = input.substr(head_size + size, cluster_key::size);
  input.erase(0, whole_size);
  wanted_ = 0;
  const auto from = role_ == role::dialler ? role::acceptor : role::dialler;
  const auto expected = proof_of(from, verdict + said);
  if (CRYPTO_memcmp(expected.data(), mac.data(), expected.size()) != 0) {
    fail("it does not know the secret of this cluster, or is of a cluster with another name");
    return true;
  }
  auto described = decode_node_description(said);
  if (!described || (!verdict.empty() && static_cast<unsigned char>(verdict[0]) >
                                             static_cast<unsigned char>(admission::leaving))) {
    fail("its description cannot be read; run the same version of troupe");
    return true;
  }
  other_ = *std::move(described);
  next_ = expects::nothing;
  if (role_ == role::dialler) {
    verdict_ = static_cast<admission>(verdict[0]);
    state_ = state::done;
  } else {
    state_ = state::asking;
  }
  return true;
}

void node_proof::answer(admission verdict) {
  verdict_ = verdict;
  const auto said = encode(self_);
  const std::string byte(1, static_cast<char>(verdict));
  output_ += byte;
  append_field(output_, said);
  output_.append(view(proof_of(role_, byte + said)));
  state_ = state::done;
}

void node_proof::fail(std::string why) {
  problem_ = std::move(why);
  state_ = state::failed;
}

/// Of whoever plays `which`; the dialler's nonce comes first in both.
cluster_key::bytes node_proof::proof_of(role which, std::string_view said) const {
  const bool dials = role_ == role::dialler;
  std::string text;
  append_field(text, name_of(which));
  append_field(text, dials ? own_nonce_ : other_nonce_);
  append_field(text, dials ? other_nonce_ : own_nonce_);
  append_field(text, binding_);
  append_field(text, said);
  return authenticate(key_, text);
}

} // namespace troupe::protocol
