// The name of a legacy session: 192 random bits, base64url, nothing else inside (basic/transports,
// "Session Management"). Who knows it is the session, so it is never logged in full. Which I/O
// thread owns a session follows from a hash of the id; make_session_id draws until the hash fits.
// So every thread finds the owner without a shared table, and the id tells an attacker nothing.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>

namespace troupe::protocol {

class session_id {
public:
  static constexpr std::size_t size = 32;

  /// Strict: exactly 32 characters of the base64url alphabet.
  static std::optional<session_id> parse(std::string_view text) noexcept;

  std::string_view view() const noexcept { return {text_.data(), text_.size()}; }

  /// For logs: the first 6 characters identify a session among thousands and open none.
  std::string_view prefix() const noexcept { return view().substr(0, 6); }

  std::size_t hash() const noexcept;

  friend bool operator==(const session_id&, const session_id&) = default;
  friend auto operator<=>(const session_id&, const session_id&) = default;

private:
  friend session_id make_session_id();

  session_id() = default;

  std::array<char, size> text_{};
};

/// Draws 24 bytes (random_bytes.hpp), and several ids' worth at once, since each draw is a system
/// call.
session_id make_session_id();

/// An id that belongs to `shard` of `shards` (at least 1, and above `shard`).
session_id make_session_id(std::size_t shards, std::size_t shard);

/// The same on every node (of one byte order) and in every run.
std::size_t shard_of(const session_id& id, std::size_t shards) noexcept;

} // namespace troupe::protocol

template<>
struct std::hash<troupe::protocol::session_id> {
  std::size_t operator()(const troupe::protocol::session_id& id) const noexcept {
    return id.hash();
  }
};
