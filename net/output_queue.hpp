#pragma once

// Bytes that a connection's socket did not take at once, in order. Exists only while a peer is
// slow. Large answers and the frames that many streams share stay where they are; only small pieces
// are copied.

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/buffer.hpp>

#include "troupe/actors/frame.hpp"
#include "troupe/actors/timer_wheel.hpp"

namespace troupe::net {

class output_queue {
public:
  /// Pieces that one write may take.
  static constexpr std::size_t max_pieces = 16;

  bool empty() const noexcept { return bytes_ == 0; }
  std::size_t bytes() const noexcept { return bytes_; }

  void append(std::string_view copied);
  void append(std::string&& owned);
  void append(frame_ptr shared);

  /// The next bytes, as a sequence for one write.
  const std::vector<boost::asio::const_buffer>& gather();
  /// `count` bytes of those were written.
  void consume(std::size_t count);

  /// When the peer must have taken something.
  time_point deadline{};

private:
  struct piece {
    std::string text;
    frame_ptr shared;
    std::string_view bytes() const noexcept { return shared ? shared->json() : text; }
  };

  std::deque<piece> pieces_;
  std::size_t written_ = 0; ///< of the first piece
  std::size_t bytes_ = 0;
  std::vector<boost::asio::const_buffer> gathered_;
};

} // namespace troupe::net
