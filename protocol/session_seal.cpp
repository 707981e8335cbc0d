#include "troupe/protocol/session_seal.hpp"

#include "troupe/protocol/base64url.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>

namespace troupe::protocol {

namespace {

constexpr std::size_t block_size = 16;
constexpr std::size_t tag_size = 8;
constexpr std::size_t number_size = sizeof(node_number);

using block = std::array<unsigned char, block_size>;

void require(bool worked) {
  if (!worked)
    throw std::runtime_error("OpenSSL's AES-256 failed: no session id can be sealed");
}

struct free_context {
  void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
};

/// One block at a time, without chaining: each block is used as a permutation.
class block_cipher {
public:
  block_cipher(const cluster_key::bytes& key, bool encrypts) : context_(EVP_CIPHER_CTX_new()) {
    require(context_ != nullptr &&
            EVP_CipherInit_ex(context_.get(), EVP_aes_256_ecb(), nullptr, key.data(), nullptr,
                              encrypts ? 1 : 0) == 1 &&
            EVP_CIPHER_CTX_set_padding(context_.get(), 0) == 1);
  }

  block apply(const block& in) {
    block out{};
    int size = 0;
    require(EVP_CipherUpdate(context_.get(), out.data(), &size, in.data(), block_size) == 1 &&
            size == block_size);
    return out;
  }

private:
  std::unique_ptr<EVP_CIPHER_CTX, free_context> context_;
};

} // namespace

class session_seal::ciphers {
public:
  explicit ciphers(const cluster_key& key)
      : encrypt(key.derive("session id, block"), true),
        decrypt(key.derive("session id, block"), false),
        tag(key.derive("session id, tag"), true) {}

  block_cipher encrypt;
  block_cipher decrypt;
  block_cipher tag;
};

session_seal::session_seal(const cluster_key& key) : ciphers_(std::make_unique<ciphers>(key)) {}
session_seal::session_seal(session_seal&&) noexcept = default;
session_seal& session_seal::operator=(session_seal&&) noexcept = default;
session_seal::~session_seal() = default;

session_id session_seal::seal(node_number node, std::size_t shards, std::size_t shard) {
  for (;;) {
    block plain{};
    for (std::size_t i = 0; i < number_size; ++i)
      plain[i] = static_cast<unsigned char>(node >> (8 * (number_size - 1 - i)));
    require(RAND_bytes(plain.data() + number_size, block_size - number_size) == 1);
    const auto sealed = ciphers_->encrypt.apply(plain);
    const auto tag = ciphers_->tag.apply(sealed);
    std::array<unsigned char, block_size + tag_size> bytes{};
    std::copy(sealed.begin(), sealed.end(), bytes.begin());
    std::copy_n(tag.begin(), tag_size, bytes.begin() + block_size);
    const auto id = session_id::parse(encode_base64url(bytes));
    if (shard_of(*id, shards) == shard)
      return *id;
  }
}

std::optional<node_number> session_seal::open(const session_id& id) {
  const auto bytes = decode_base64url(id.view());
  if (!bytes || bytes->size() != block_size + tag_size)
    return std::nullopt;
  block sealed{};
  std::copy_n(bytes->begin(), block_size, sealed.begin());
  if (CRYPTO_memcmp(ciphers_->tag.apply(sealed).data(), bytes->data() + block_size, tag_size) != 0)
    return std::nullopt;
  const auto plain = ciphers_->decrypt.apply(sealed);
  node_number node = 0;
  for (std::size_t i = 0; i < number_size; ++i)
    node = node << 8 | plain[i];
  return node;
}

} // namespace troupe::protocol
