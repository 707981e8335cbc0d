// The secret that the nodes of a cluster share, and what follows from it: a key of its own for each purpose, by HKDF
// (RFC 5869) with SHA-256. Who knows the secret is a node. Flow: node_proof.hpp proves it, session_seal.hpp and
// cluster_keys.hpp seal with keys derived from it.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace troupe::protocol {

class cluster_key {
public:
  static constexpr std::size_t size = 32;
  using bytes = std::array<unsigned char, size>;

  /// What a secret has at least, so that it cannot be found by trying.
  static constexpr std::size_t min_secret_size = 16;

  /// `cluster` is its name: clusters of other names have other keys even with the same secret.
  cluster_key(std::string_view secret, std::string_view cluster);
  cluster_key(const cluster_key&) = default;
  cluster_key& operator=(const cluster_key&) = default;
  ~cluster_key();

  /// The key for `purpose`; `number` tells apart those that follow one another.
  bytes derive(std::string_view purpose, std::uint64_t number = 0) const;

private:
  bytes key_{};
};

/// HMAC-SHA256. Throws std::runtime_error when OpenSSL fails.
cluster_key::bytes authenticate(const cluster_key::bytes& key, std::string_view text);

} // namespace troupe::protocol
