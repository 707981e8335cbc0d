// Two nodes prove to each other that they know the cluster's secret, before either says anything else. Pure: bytes in,
// bytes and a decision out; net/node_gate reads and writes them. What crosses, in order:
//
//   both        "TRPN" | version (1) | nonce (32)
//   dialler     size (4) | description | HMAC(K, "dialler" | nonces | binding | description) (32)
//   acceptor    verdict (1) | size (4) | description | HMAC(K, "acceptor" | nonces | binding | verdict | description) (32)
//
// The dialler proves first, so that a stranger who connects learns nothing. Fresh nonces of both sides keep a proof
// from being used again; the role in it keeps one side's from being sent back as the other's. `binding` is what only
// the two ends of this connection know (the TLS exporter), or empty. K is derived from secret and cluster name.
#pragma once

#include "troupe/protocol/cluster_key.hpp"
#include "troupe/protocol/node_description.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::protocol {

/// What the acceptor decides about a node that has proven the secret.
enum class admission : std::uint8_t {
  welcome,
  connected, ///< there is a connection between the two already
  crossing,  ///< the acceptor is dialling as well, and its connection is to stay
  itself,    ///< dialler and acceptor are the same node
  leaving,   ///< the acceptor is shutting down
};
std::string_view to_string(admission verdict) noexcept;

class node_proof {
public:
  using nonce = std::array<unsigned char, 32>;
  enum class role : std::uint8_t { dialler, acceptor };
  enum class state : std::uint8_t {
    going_on, ///< needs more bytes
    asking,   ///< acceptor: the other has proven the secret; decide with answer()
    done,     ///< proven; verdict() says what the acceptor decided
    failed,   ///< problem() says why; nothing more is to be sent
  };

  /// Draws its nonce. `self` is told to the other side once that is safe.
  node_proof(role which, const cluster_key& key, const node_description& self, std::string binding);

  /// What is to be written, since the last call.
  std::string take_output();
  /// How many bytes are missing until it can go on. What comes behind the proof is not its to read,
  /// so never give it more.
  std::size_t wanted() const noexcept { return wanted_; }
  /// `input` holds what has come since it took something last.
  state take(std::string& input);
  /// In state `asking`.
  void answer(admission verdict);

  state now() const noexcept { return state_; }
  /// From `asking` or `done` on.
  const node_description& other() const noexcept { return other_; }
  admission verdict() const noexcept { return verdict_; }
  /// For the log.
  const std::string& problem() const noexcept { return problem_; }

private:
  enum class expects : std::uint8_t { greeting, proof, nothing };

  bool take_greeting(std::string& input);
  bool take_proof(std::string& input);
  bool wait_for(std::size_t size, const std::string& input);
  void fail(std::string why);
  cluster_key::bytes proof_of(role which, std::string_view said) const;

  role role_;
  cluster_key::bytes key_;
  node_description self_;
  std::string binding_;
  std::string own_nonce_;
  std::string other_nonce_;
  std::string output_;
  node_description other_;
  std::string problem_;
  std::size_t wanted_;
  admission verdict_ = admission::welcome;
  expects next_ = expects::greeting;
  state state_ = state::going_on;
};

} // namespace troupe::protocol
