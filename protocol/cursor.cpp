#include "troupe/protocol/cursor.hpp"

#include "troupe/protocol/base64url.hpp"
#include "troupe/protocol/random_bytes.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <span>
#include <stdexcept>

namespace troupe::protocol {

namespace {

// version, list, number (big endian), MAC over what stands before it
constexpr std::uint8_t version = 1;
constexpr std::size_t number_offset = 2;
constexpr std::size_t mac_offset = number_offset + sizeof(std::uint64_t);
constexpr std::size_t mac_size = 8;

using cursor_bytes = std::array<std::uint8_t, mac_offset + mac_size>;

void write_mac(const cursor_key& key, cursor_bytes& bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes.data(), mac_offset,
           mac.data(), nullptr) == nullptr)
    throw std::runtime_error("OpenSSL's HMAC-SHA-256 failed");
  std::copy_n(mac.begin(), mac_size, bytes.begin() + mac_offset);
}

cursor_bytes encode(const cursor_key& key, method list, std::uint64_t after) {
  cursor_bytes bytes{version, static_cast<std::uint8_t>(list)};
  for (std::size_t i = 0; i < sizeof after; ++i)
    bytes[mac_offset - 1 - i] = static_cast<std::uint8_t>(after >> (8 * i));
  write_mac(key, bytes);
  return bytes;
}

rpc_error bad_cursor() {
  return make_invalid_params("params.cursor: not a cursor of this list; start over without one");
}

} // namespace

cursor_key random_cursor_key() {
  cursor_key key{};
  draw_random(key);
  return key;
}

std::string make_cursor(const cursor_key& key, method list, std::uint64_t after) {
  return encode_base64url(encode(key, list, after));
}

rpc_result<std::uint64_t> read_cursor(const cursor_key& key, method list, std::string_view cursor) {
  const auto bytes = decode_base64url(cursor);
  if (!bytes || bytes->size() != cursor_bytes{}.size())
    return bad_cursor();
  std::uint64_t after = 0;
  for (const auto byte : std::span(*bytes).subspan(number_offset, sizeof after))
    after = after << 8 | byte;
  const auto genuine = encode(key, list, after);
  if (CRYPTO_memcmp(genuine.data(), bytes->data(), genuine.size()) != 0)
    return bad_cursor();
  return after;
}

} // namespace troupe::protocol
