// The event handler that turns Boost.JSON's parser into values within limits, and counts the
// members of the objects where duplicates matter. Boost's own tree drops all but the last
// duplicate, so an object that ends up with fewer members than were read had one. Internal to
// document.cpp.
#pragma once

#include "troupe/protocol/document.hpp"
#include "troupe/protocol/json.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::protocol {

/// The members read in one message's envelope, in its `params` and in `params._meta`.
struct member_counts {
  std::size_t envelope = 0;
  std::optional<std::size_t> params;
  std::optional<std::size_t> meta;
};

enum class exceeded_limit { none, values, members, number };

class document_builder {
public:
  // Required by basic_parser.
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  document_builder(const parse_limits& limits, json::storage_ptr storage);

  json::value release() { return stack_.release(); }

  /// One for each envelope: a single message has one, a batch one for each element that is an
  /// object.
  const std::vector<member_counts>& batch_counts() const noexcept { return batch_counts_; }
  const member_counts& counts() const noexcept { return counts_; }

  exceeded_limit exceeded() const noexcept { return exceeded_; }

  bool on_document_begin(boost::system::error_code&) { return true; }
  bool on_document_end(boost::system::error_code&) { return true; }
  bool on_object_begin(boost::system::error_code& ec);
  bool on_object_end(std::size_t size, boost::system::error_code& ec);
  bool on_array_begin(boost::system::error_code& ec);
  bool on_array_end(std::size_t size, boost::system::error_code& ec);
  bool on_key_part(json::string_view text, std::size_t, boost::system::error_code&);
  bool on_key(json::string_view text, std::size_t, boost::system::error_code&);
  bool on_string_part(json::string_view text, std::size_t, boost::system::error_code&);
  bool on_string(json::string_view text, std::size_t, boost::system::error_code& ec);
  bool on_number_part(json::string_view, boost::system::error_code&) { return true; }
  bool on_int64(std::int64_t value, json::string_view, boost::system::error_code& ec);
  bool on_uint64(std::uint64_t value, json::string_view, boost::system::error_code& ec);
  bool on_double(double value, json::string_view text, boost::system::error_code& ec);
  bool on_bool(bool value, boost::system::error_code& ec);
  bool on_null(boost::system::error_code& ec);
  bool on_comment_part(json::string_view, boost::system::error_code&) { return true; }
  bool on_comment(json::string_view, boost::system::error_code&) { return true; }

private:
  bool count_value(boost::system::error_code& ec);
  bool fail(exceeded_limit limit, boost::system::error_code& ec);

  // How many objects and arrays are open inside the current message: 1 within its envelope.
  std::size_t level() const noexcept { return depth_ - envelope_depth_; }
  void note_key(std::string_view key);
  void note_object_begin();
  void note_object_end(std::size_t size);

  parse_limits limits_;
  std::size_t values_ = 0;
  // Open objects and arrays around the current position.
  std::size_t depth_ = 0;
  // Where envelopes start: 0, or 1 in a batch.
  std::size_t envelope_depth_ = 0;
  bool in_params_ = false;
  bool in_meta_ = false;
  // The last key of the envelope was "params", of the params "_meta".
  bool params_next_ = false;
  bool meta_next_ = false;
  // What came of the current key before its last part.
  std::string key_start_;
  member_counts counts_;
  std::vector<member_counts> batch_counts_;
  exceeded_limit exceeded_ = exceeded_limit::none;
  // Room for the values of a typical request before the stack needs the heap.
  alignas(std::max_align_t) std::array<unsigned char, 4096> stack_buffer_;
  json::value_stack stack_;
};

} // namespace troupe::protocol
