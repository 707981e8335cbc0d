// A type is accepted only where the text names it, names a wildcard, or is empty; other types beside it change nothing.
#include "troupe/protocol/media_type.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

using namespace troupe::protocol;

namespace {

constexpr std::string_view json = "application/json";

void require(bool condition) {
  if (!condition)
    std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text{data, data + size};
  std::string lower = text;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char byte) {
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + 32) : byte;
  });
  const bool names_json = lower.find(json) != lower.npos;
  const bool empty = text.find_first_not_of(", \t") == text.npos;
  const bool accepted = accepts(text, json);
  if (accepted)
    require(names_json || lower.find("/*") != lower.npos || empty);
  if (empty)
    require(accepted);
  if (text.find('"') == text.npos && !empty) {
    require(accepts(text + ", text/html;q=0.5", json) == accepted);
    require(accepts("text/html," + text, json) == accepted);
    require(accepts("  " + text + "\t", json) == accepted);
    require(!accepts("x/y", json) && accepts(text + ", application/json", json));
  }
  if (is_json_content_type(text)) {
    require(names_json);
    require(accepts(text, json) || lower.find(';') != lower.npos);
    require(!is_json_content_type(text + ";charset=utf-16"));
  }
  return 0;
}
