// The input is what another node says that its handler asks. What can be read is written again, and read as the same.
#include "troupe/protocol/input_transfer.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace troupe::protocol;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto asked = decode_questions({reinterpret_cast<const char*>(data), size});
  if (!asked)
    return 0;
  const auto text = encode_questions(*asked, revision::r2025_11_25);
  const auto again = decode_questions(text);
  if (!again || encode_questions(*again, revision::r2025_11_25) != text)
    std::abort();
  return 0;
}
