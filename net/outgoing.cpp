#include "troupe/net/outgoing.hpp"

namespace troupe::net {

namespace {

/// What the thread's write buffer may keep.
constexpr std::size_t usual_buffer_bytes = 256 * 1024;

} // namespace

void outgoing::keep_fresh() {
  if (!queue_) {
    queue_ = std::make_unique<output_queue>();
    queue_->deadline = next_deadline();
  }
  queue_->append(std::string_view{fresh()});
  clear_fresh();
}

void outgoing::clear_fresh() const noexcept {
  auto& bytes = fresh();
  if (bytes.capacity() > usual_buffer_bytes)
    std::string{}.swap(bytes);
  bytes.clear();
}

} // namespace troupe::net
