// The keys with which state is sealed that we hand to clients and want back unread and unchanged (sealed_box.hpp).
// A ring holds several: the first seals, all open. To rotate, the owner builds a new ring with a new key in front and
// the old ones behind it, publishes that, and drops an old key when whatever it sealed has expired. A ring never
// changes, so threads share one without locks, and it is replaced as a whole.
#pragma once

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::protocol {

/// A key as it stands in the configuration.
struct key_entry {
  /// 1 to 16 characters A-Z a-z 0-9 - _ .; stands readable in everything the key seals, and in logs.
  std::string_view id;
  /// 256 bits: 64 hexadecimal digits, or Base64 or base64url with or without padding.
  std::string_view key;
};

/// Which entry is unusable, why, and what to do. Never holds a part of a key.
struct key_problem {
  std::string message;
};

[[noreturn]] void throw_exception_from_error(const key_problem& problem,
                                             const boost::source_location& where);

/// Wiped when it is destroyed.
class sealing_key {
public:
  static constexpr std::size_t size = 32;

  sealing_key() = default;
  sealing_key(const sealing_key&) = delete;
  sealing_key& operator=(const sealing_key&) = delete;
  ~sealing_key();

  std::string_view id() const noexcept { return id_; }
  std::span<const unsigned char, size> bytes() const noexcept { return bytes_; }

private:
  friend class key_ring;

  std::string id_;
  std::array<unsigned char, size> bytes_{};
};

class key_ring {
public:
  static constexpr std::size_t max_keys = 16;
  static constexpr std::size_t max_id_size = 16;

  /// One to 16 keys with ids and bits of their own, the one that seals first.
  static boost::system::result<std::shared_ptr<const key_ring>, key_problem>
  make(std::span<const key_entry> entries);

  /// One key from the system's generator, with an id drawn likewise, so that two processes' rings differ in it. What it
  /// seals cannot be opened by another process or after a restart.
  static std::shared_ptr<const key_ring> make_random();

  /// The one that seals.
  const sealing_key& current() const noexcept { return keys_.front(); }

  /// Null when there is none of that id.
  const sealing_key* find(std::string_view id) const noexcept;

  std::span<const sealing_key> keys() const noexcept { return keys_; }

private:
  explicit key_ring(std::size_t count) : keys_(count) {}

  std::vector<sealing_key> keys_;
};

} // namespace troupe::protocol
