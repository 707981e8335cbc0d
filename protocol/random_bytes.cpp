#include "troupe/protocol/random_bytes.hpp"

#include <cstdlib>

namespace troupe::protocol {

void draw_random(std::span<unsigned char> out) noexcept {
  ::arc4random_buf(out.data(), out.size());
}

} // namespace troupe::protocol
