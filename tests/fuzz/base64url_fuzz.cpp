// What decodes must encode to the very same text: one token, one spelling.
#include "troupe/protocol/base64url.hpp"

#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text{data, data + size};
  const auto bytes = troupe::protocol::decode_base64url(text);
  if (bytes && troupe::protocol::encode_base64url(*bytes) != text)
    std::abort();
  const auto encoded = troupe::protocol::encode_base64url({data, size});
  const auto back = troupe::protocol::decode_base64url(encoded);
  if (!back || std::string{back->begin(), back->end()} != text)
    std::abort();
  return 0;
}
