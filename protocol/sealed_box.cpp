#include "troupe/protocol/sealed_box.hpp"

#include "troupe/protocol/base64url.hpp"
#include "troupe/protocol/byte_fields.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <climits>
#include <memory>
#include <stdexcept>

namespace troupe::protocol {

namespace {

constexpr std::uint8_t version = 1;
constexpr std::size_t nonce_size = 12;
constexpr std::size_t tag_size = 16;

unsigned char* as_bytes(char* at) noexcept {
  return reinterpret_cast<unsigned char*>(at);
}

const unsigned char* as_bytes(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

void require(bool worked) {
  if (!worked)
    throw std::runtime_error("OpenSSL's AES-256-GCM failed");
}

int size_of(std::string_view bytes) {
  require(bytes.size() <= INT_MAX);
  return static_cast<int>(bytes.size());
}

struct free_context {
  void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
};

enum class direction : int { open = 0, seal = 1 };

// One use of a key with one nonce. Freeing the context wipes the key schedule.
class gcm {
public:
  gcm(direction way, const sealing_key& key, std::string_view nonce)
      : context_(EVP_CIPHER_CTX_new()) {
    require(context_ != nullptr &&
            EVP_CipherInit_ex(context_.get(), EVP_aes_256_gcm(), nullptr, key.bytes().data(),
                              as_bytes(nonce), static_cast<int>(way)) == 1);
  }

  void authenticate(std::string_view data) {
    int written = 0;
    require(EVP_CipherUpdate(context_.get(), nullptr, &written, as_bytes(data), size_of(data)) ==
            1);
  }

  /// `out` has room for as many bytes.
  void transform(std::string_view in, char* out) {
    int written = 0;
    // OpenSSL takes a null input with no bytes for the end of the message.
    if (!in.empty())
      require(EVP_CipherUpdate(context_.get(), as_bytes(out), &written, as_bytes(in),
                               size_of(in)) == 1);
  }

  void finish(char* tag) {
    require(end() && EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_GCM_GET_TAG, tag_size, tag) == 1);
  }

  /// Whether the tag is the right one for everything before.
  bool verify(std::string_view tag) {
    std::string copy(tag); // OpenSSL's interface takes it writable
    require(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_GCM_SET_TAG, tag_size, copy.data()) == 1);
    return end();
  }

private:
  bool end() {
    unsigned char none[EVP_MAX_BLOCK_LENGTH];
    int written = 0;
    return EVP_CipherFinal_ex(context_.get(), none, &written) == 1;
  }

  std::unique_ptr<EVP_CIPHER_CTX, free_context> context_;
};

std::string additional_data(std::string_view purpose, std::string_view context,
                            std::string_view head) {
  std::string data;
  data.reserve(purpose.size() + context.size() + head.size() + 2 * sizeof(std::uint32_t));
  append_field(data, purpose);
  append_field(data, context);
  data += head;
  return data;
}

} // namespace

void throw_exception_from_error(box_problem, const boost::source_location&) {
  throw std::runtime_error("a sealed box cannot be opened");
}

std::size_t sealed_size(std::size_t plaintext_size, std::size_t id_size) noexcept {
  return ((2 + id_size + nonce_size + plaintext_size + tag_size) * 4 + 2) / 3;
}

std::string seal_box(const key_ring& ring, std::string_view purpose, std::string_view context,
                     std::string_view plaintext) {
  const auto& key = ring.current();
  std::string box;
  box.reserve(2 + key.id().size() + nonce_size + plaintext.size() + tag_size);
  box += static_cast<char>(version);
  box += static_cast<char>(key.id().size());
  box += key.id();
  const auto nonce_at = box.size();
  const auto head_size = nonce_at + nonce_size;
  box.resize(head_size + plaintext.size() + tag_size);
  require(RAND_bytes(as_bytes(box.data() + nonce_at), nonce_size) == 1);
  const auto head = std::string_view(box).substr(0, head_size);
  gcm cipher(direction::seal, key, head.substr(nonce_at));
  cipher.authenticate(additional_data(purpose, context, head));
  cipher.transform(plaintext, box.data() + head_size);
  cipher.finish(box.data() + head_size + plaintext.size());
  return encode_base64url({as_bytes(box), box.size()});
}

boost::system::result<std::string, box_problem> open_box(const key_ring& ring,
                                                         std::string_view purpose,
                                                         std::string_view context,
                                                         std::string_view text) {
  const auto decoded = decode_base64url(text);
  if (!decoded)
    return box_problem::malformed;
  const std::string_view box(reinterpret_cast<const char*>(decoded->data()), decoded->size());
  field_reader reader(box);
  if (reader.u8() != version)
    return box_problem::malformed;
  const auto id_size = reader.u8();
  const auto id = id_size ? reader.bytes(*id_size) : std::nullopt;
  const auto nonce = id ? reader.bytes(nonce_size) : std::nullopt;
  if (!nonce || reader.rest().size() < tag_size)
    return box_problem::malformed;
  const auto* key = ring.find(*id);
  if (key == nullptr)
    return box_problem::unknown_key;
  const auto ciphertext = reader.rest().substr(0, reader.rest().size() - tag_size);
  const auto head = box.substr(0, box.size() - reader.rest().size());
  gcm cipher(direction::open, *key, *nonce);
  cipher.authenticate(additional_data(purpose, context, head));
  std::string plaintext(ciphertext.size(), '\0');
  cipher.transform(ciphertext, plaintext.data());
  if (!cipher.verify(reader.rest().substr(ciphertext.size())))
    return box_problem::forged;
  return plaintext;
}

} // namespace troupe::protocol
