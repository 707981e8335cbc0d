#pragma once

// Bytes that are encoded once and sent to many: the JSON of one event, or a long list. Immutable, shared between
// threads by reference count; what differs (an event id, a request id) stands before it, and nothing is copied.

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

namespace troupe {

class frame : public boost::intrusive_ref_counter<frame, boost::thread_safe_counter> {
public:
  /// From this size on, bytes are better written from where they are than copied.
  static constexpr std::size_t large_bytes = 16 * 1024;

  explicit frame(std::string json) : json_(std::move(json)) {}

  /// One JSON-RPC message or the end of one, without a line break.
  const std::string& json() const noexcept { return json_; }

private:
  std::string json_;
};

using frame_ptr = boost::intrusive_ptr<const frame>;

/// Empty for null.
inline std::string_view text_of(const frame_ptr& frame) noexcept {
  return frame ? std::string_view{frame->json()} : std::string_view{};
}

/// One text of a text and a frame behind it, which may be null.
inline std::string joined(std::string start, const frame_ptr& end) {
  start += text_of(end);
  return start;
}

inline frame_ptr make_frame(std::string json) {
  return frame_ptr{new frame{std::move(json)}};
}

} // namespace troupe
