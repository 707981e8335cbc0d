#include "troupe/protocol/session_id.hpp"

#include "troupe/protocol/random_bytes.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <cstring>
#include <span>

namespace troupe::protocol {

namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t random_bytes = session_id::size / 4 * 3;

// Every request of a session brings its id: one load for each of its characters, no search.
constexpr auto in_alphabet = [] {
  std::array<bool, 256> result{};
  for (const char each : alphabet)
    result[static_cast<unsigned char>(each)] = true;
  return result;
}();

// A call of the generator costs as much as sixty-four ids' worth of copying, so it is asked for many at once.
class random_pool {
public:
  std::span<const unsigned char, random_bytes> take() {
    if (used_ == buffer_.size())
      refill();
    const auto* start = buffer_.data() + used_;
    used_ += random_bytes;
    return std::span<const unsigned char, random_bytes>(start, random_bytes);
  }

  ~random_pool() { OPENSSL_cleanse(buffer_.data(), buffer_.size()); }

private:
  void refill() {
    draw_random(buffer_);
    used_ = 0;
  }

  std::array<unsigned char, random_bytes * 32> buffer_{};
  std::size_t used_ = buffer_.size();
};

std::uint64_t mix(std::uint64_t value) {
  value ^= value >> 32;
  value *= 0xD6E8FEB86659FD93;
  value ^= value >> 32;
  return value;
}

} // namespace

std::optional<session_id> session_id::parse(std::string_view text) noexcept {
  if (text.size() != size)
    return std::nullopt;
  bool good = true;
  for (const char each : text)
    good &= in_alphabet[static_cast<unsigned char>(each)];
  if (!good)
    return std::nullopt;
  session_id result;
  std::copy(text.begin(), text.end(), result.text_.begin());
  return result;
}

// Only ids that we made ourselves are ever keys of a table, so their random bits spread well enough; foreign ids are
// only looked up.
std::size_t session_id::hash() const noexcept {
  std::array<std::uint64_t, size / sizeof(std::uint64_t)> words{};
  std::memcpy(words.data(), text_.data(), size);
  std::uint64_t result = 0;
  for (const auto word : words)
    result = mix(result + word);
  return result;
}

session_id make_session_id() {
  thread_local random_pool pool;
  const auto bytes = pool.take();
  session_id result;
  auto* out = result.text_.data();
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto bits =
        std::uint32_t{bytes[i]} << 16 | std::uint32_t{bytes[i + 1]} << 8 | bytes[i + 2];
    for (const auto shift : {18U, 12U, 6U, 0U})
      *out++ = alphabet[bits >> shift & 0x3F];
  }
  return result;
}

session_id make_session_id(std::size_t shards, std::size_t shard) {
  assert(shard < shards);
  auto id = make_session_id();
  while (shard_of(id, shards) != shard)
    id = make_session_id();
  return id;
}

std::size_t shard_of(const session_id& id, std::size_t shards) noexcept {
  return id.hash() % shards;
}

} // namespace troupe::protocol
