// Whatever arrives in a header decodes to text that can be sent again, or to a problem; a literal stays where it is.
#include "troupe/protocol/header_value.hpp"

#include "troupe/protocol/utf8.hpp"

#include <cstdlib>

using namespace troupe::protocol;

namespace {

void require(bool holds) {
  if (!holds)
    std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view field(reinterpret_cast<const char*>(data), size);
  std::string buffer;
  if (const auto value = decode_header_value(field, buffer)) {
    require(is_utf8(*value));
    const bool inside = value->data() >= field.data() && value->data() <= field.data() + size;
    require(inside || value->data() == buffer.data());
    std::string again;
    require(decode_header_value(encode_header_value(*value), again).value() == *value);
  }
  if (is_utf8(field)) { // a value of the body
    require(decode_header_value(encode_header_value(field), buffer).value() == field);
  }
  return 0;
}
