// Any bytes become a valid JSON string without raw control characters; text comes back unchanged.
#include "troupe/protocol/document.hpp"
#include "troupe/protocol/encode.hpp"
#include "troupe/protocol/utf8.hpp"

#include <algorithm>
#include <cstdlib>

using namespace troupe::protocol;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::string out;
  append_string(out, text);
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20; };
  const auto back = parse_value(out);
  if (!back || !is_utf8(out) || std::any_of(out.begin(), out.end(), is_control) ||
      (is_utf8(text) && std::string_view(back->get_string()) != text))
    std::abort();
  return 0;
}
