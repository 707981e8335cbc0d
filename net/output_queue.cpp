#include "troupe/net/output_queue.hpp"

#include <utility>

namespace troupe::net {

namespace {

/// Copied bytes are put together up to this size, so that many small events become few pieces.
constexpr std::size_t usual_piece_bytes = 16 * 1024;

} // namespace

void output_queue::append(std::string_view copied) {
  if (copied.empty())
    return;
  bytes_ += copied.size();
  if (!pieces_.empty() && !pieces_.back().shared &&
      pieces_.back().text.size() + copied.size() <= usual_piece_bytes)
    pieces_.back().text += copied;
  else
    pieces_.push_back({std::string{copied}, nullptr});
}

void output_queue::append(std::string&& owned) {
  if (owned.empty())
    return;
  bytes_ += owned.size();
  pieces_.push_back({std::move(owned), nullptr});
}

void output_queue::append(frame_ptr shared) {
  if (!shared || shared->json().empty())
    return;
  bytes_ += shared->json().size();
  pieces_.push_back({{}, std::move(shared)});
}

const std::vector<boost::asio::const_buffer>& output_queue::gather() {
  gathered_.clear();
  auto skip = written_;
  for (const auto& each : pieces_) {
    const auto bytes = each.bytes().substr(skip);
    skip = 0;
    gathered_.emplace_back(bytes.data(), bytes.size());
    if (gathered_.size() == max_pieces)
      break;
  }
  return gathered_;
}

void output_queue::consume(std::size_t count) {
  bytes_ -= count;
  written_ += count;
  while (!pieces_.empty() && written_ >= pieces_.front().bytes().size()) {
    written_ -= pieces_.front().bytes().size();
    pieces_.pop_front();
  }
}

} // namespace troupe::net
