// With a key nobody knows, only a cursor that was made is read; each has one spelling.
#include "troupe/protocol/cursor.hpp"

#include <cstdlib>

using namespace troupe::protocol;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Known here, so that the fuzzer can keep a good seed.
  constexpr cursor_key key{1, 2, 3};
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto after = read_cursor(key, method::tools_list, text);
  if (after && make_cursor(key, method::tools_list, *after) != text)
    std::abort();
  if (!after && after.error().code != error_code::invalid_params)
    std::abort();
  return 0;
}
