// With a key nobody knows, only what was sealed opens; and the payload of the runtime has one encoding.
#include "troupe/protocol/request_state.hpp"

#include "troupe/protocol/sealed_box.hpp"

#include <cstdlib>

using namespace troupe::protocol;

namespace {

void require(bool holds) {
  if (!holds)
    std::abort();
}

// Known here, so that the fuzzer can keep a good seed.
const key_ring& ring() {
  static const auto one = [] {
    const key_entry entry{"fuzz",
                          "00000000000000000000000000000000000000000000000000000000000000ff"};
    return key_ring::make({&entry, 1}).value();
  }();
  return *one;
}

const request_binding binding{"tools/call", "name", {}, ""};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // The one seed that opens was sealed with an expiry nobody lives to see.
  if (const auto payload = open_request_state(ring(), binding, 0, text))
    require(*payload == "a good seed" && text.size() == sealed_size(8 + payload->size(), 4));
  if (const auto state = decode_mrtr_state(text))
    require(encode_mrtr_state(*state) == text);
  const auto sealed = seal_request_state(ring(), binding, 1, text);
  require(open_request_state(ring(), binding, 0, sealed).value() == text);
  require(open_request_state(ring(), binding, 1, sealed).has_error());
  return 0;
}
