// One id, one spelling: what is read is written back as the very same text, and what is written is read back.
#include "troupe/protocol/event_id.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

using namespace troupe::protocol;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text{data, data + size};
  const auto id = parse_event_id(text);
  if (id && to_string(*id) != text)
    std::abort();
  std::uint64_t numbers[2] = {};
  std::memcpy(numbers, text.data(), size < sizeof numbers ? size : sizeof numbers);
  const event_id any{numbers[0], numbers[1]};
  if (parse_event_id(to_string(any)) != any)
    std::abort();
  return 0;
}
