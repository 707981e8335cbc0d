#include "troupe/protocol/cluster_key.hpp"

#include "troupe/protocol/byte_fields.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <stdexcept>
#include <string>

namespace troupe::protocol {

namespace {

constexpr std::string_view salt = "troupe cluster 1";

cluster_key::bytes hmac(std::string_view key, std::string_view text) {
  cluster_key::bytes result{};
  unsigned int size = 0;
  const auto* data = reinterpret_cast<const unsigned char*>(text.data());
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), data, text.size(), result.data(),
           &size) == nullptr ||
      size != result.size())
    throw std::runtime_error("OpenSSL's HMAC-SHA256 failed");
  return result;
}

std::string_view view(const cluster_key::bytes& bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

} // namespace

cluster_key::cluster_key(std::string_view secret, std::string_view cluster) {
  std::string material;
  append_field(material, secret);
  append_field(material, cluster);
  key_ = hmac(salt, material);
  OPENSSL_cleanse(material.data(), material.size());
}

cluster_key::~cluster_key() {
  OPENSSL_cleanse(key_.data(), key_.size());
}

cluster_key::bytes cluster_key::derive(std::string_view purpose, std::uint64_t number) const {
  std::string info;
  append_field(info, purpose);
  append_u64(info, number);
  info += '\x01'; // the counter of HKDF-Expand: one block is all that is needed
  return hmac(view(key_), info);
}

cluster_key::bytes authenticate(const cluster_key::bytes& key, std::string_view text) {
  return hmac(view(key), text);
}

} // namespace troupe::protocol
