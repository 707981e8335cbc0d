#include "troupe/protocol/key_ring.hpp"

#include "troupe/protocol/ascii.hpp"
#include "troupe/protocol/base64url.hpp"
#include "troupe/protocol/random_bytes.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <stdexcept>

namespace troupe::protocol {

namespace {

constexpr std::size_t hex_size = sealing_key::size * 2;
constexpr std::size_t base64_size = 43; // without padding

bool is_key_id(std::string_view id) noexcept {
  return !id.empty() && id.size() <= key_ring::max_id_size &&
         std::all_of(id.begin(), id.end(), [](char c) {
           const char lower = ascii::to_lower(c);
           return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
                  c == '_' || c == '.';
         });
}

std::optional<unsigned> hex_digit(char c) noexcept {
  const char lower = ascii::to_lower(c);
  if (c >= '0' && c <= '9')
    return static_cast<unsigned>(c - '0');
  if (lower >= 'a' && lower <= 'f')
    return static_cast<unsigned>(lower - 'a') + 10;
  return std::nullopt;
}

bool read_hex(std::string_view text, std::span<unsigned char, sealing_key::size> out) noexcept {
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto high = hex_digit(text[i * 2]);
    const auto low = hex_digit(text[i * 2 + 1]);
    if (!high || !low)
      return false;
    out[i] = static_cast<unsigned char>(*high << 4 | *low);
  }
  return true;
}

// Both alphabets, since tools that print keys differ.
bool read_base64(std::string_view text, std::span<unsigned char, sealing_key::size> out) {
  if (text.size() == base64_size + 1 && text.back() == '=')
    text.remove_suffix(1);
  if (text.size() != base64_size)
    return false;
  std::array<char, base64_size> url_text{};
  std::transform(text.begin(), text.end(), url_text.begin(), [](char c) {
    return c == '+' ? '-' : c == '/' ? '_' : c;
  });
  auto bytes = decode_base64url({url_text.data(), url_text.size()});
  OPENSSL_cleanse(url_text.data(), url_text.size());
  if (!bytes)
    return false;
  std::copy(bytes->begin(), bytes->end(), out.begin());
  OPENSSL_cleanse(bytes->data(), bytes->size());
  return true;
}

bool is_one_byte_repeated(std::span<const unsigned char> bytes) noexcept {
  return std::all_of(bytes.begin(), bytes.end(),
                     [&](unsigned char each) { return each == bytes.front(); });
}

key_problem problem_with(std::size_t index, std::string_view what) {
  return {"key " + std::to_string(index + 1) + " of the key ring: " + std::string(what)};
}

} // namespace

void throw_exception_from_error(const key_problem& problem, const boost::source_location&) {
  throw std::runtime_error(problem.message);
}

sealing_key::~sealing_key() {
  OPENSSL_cleanse(bytes_.data(), bytes_.size());
}

boost::system::result<std::shared_ptr<const key_ring>, key_problem>
key_ring::make(std::span<const key_entry> entries) {
  if (entries.empty() || entries.size() > max_keys)
    return key_problem{"a key ring has 1 to " + std::to_string(max_keys) + " keys, not " +
                       std::to_string(entries.size())};
  const std::shared_ptr<key_ring> ring(new key_ring(entries.size()));
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto& entry = entries[i];
    auto& key = ring->keys_[i];
    if (!is_key_id(entry.id))
      return problem_with(i, "its id must be 1 to 16 characters A-Z a-z 0-9 - _ .");
    key.id_ = entry.id;
    const bool good = entry.key.size() == hex_size ? read_hex(entry.key, key.bytes_)
                                                   : read_base64(entry.key, key.bytes_);
    if (!good)
      return problem_with(i, "it must be 32 bytes as 64 hexadecimal digits or in Base64; make one "
                             "with: openssl rand -hex 32");
    if (is_one_byte_repeated(key.bytes_))
      return problem_with(i, "it is one byte repeated; make one with: openssl rand -hex 32");
    for (std::size_t j = 0; j < i; ++j) {
      if (ring->keys_[j].id_ == key.id_)
        return problem_with(i, "its id '" + key.id_ + "' is taken by another key of the ring");
      if (CRYPTO_memcmp(ring->keys_[j].bytes_.data(), key.bytes_.data(), sealing_key::size) == 0)
        return problem_with(i, "it is the same as that of id '" + ring->keys_[j].id_ +
                                   "'; list each key once");
    }
  }
  return std::shared_ptr<const key_ring>(ring);
}

std::shared_ptr<const key_ring> key_ring::make_random() {
  const std::shared_ptr<key_ring> ring(new key_ring(1));
  auto& key = ring->keys_.front();
  std::array<std::uint8_t, 6> id{};
  draw_random(id);
  key.id_ = encode_base64url(id);
  draw_random(key.bytes_);
  return ring;
}

const sealing_key* key_ring::find(std::string_view id) const noexcept {
  for (const auto& key : keys_)
    if (key.id() == id)
      return &key;
  return nullptr;
}

} // namespace troupe::protocol
