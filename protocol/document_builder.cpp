#include "troupe/protocol/document_builder.hpp"

#include <charconv>
#include <cmath>
#include <utility>

namespace troupe::protocol {

document_builder::document_builder(const parse_limits& limits, json::storage_ptr storage)
    : limits_(limits), stack_({}, stack_buffer_.data(), stack_buffer_.size()) {
  stack_.reset(std::move(storage));
}

bool document_builder::fail(exceeded_limit limit, boost::system::error_code& ec) {
  exceeded_ = limit;
  // The parser wants an error code; what we report is `exceeded_`.
  ec = boost::system::errc::make_error_code(boost::system::errc::value_too_large);
  return false;
}

bool document_builder::count_value(boost::system::error_code& ec) {
  return ++values_ <= limits_.max_values || fail(exceeded_limit::values, ec);
}

void document_builder::note_key(std::string_view key) {
  if (level() == 1)
    params_next_ = key == "params";
  else if (level() == 2 && in_params_)
    meta_next_ = key == "_meta";
}

void document_builder::note_object_begin() {
  switch (level()) {
  case 0:
    counts_ = {};
    params_next_ = false;
    break;
  case 1:
    in_params_ = params_next_;
    meta_next_ = false;
    break;
  case 2:
    in_meta_ = in_params_ && meta_next_;
    break;
  default:
    break;
  }
}

void document_builder::note_object_end(std::size_t size) {
  switch (level()) {
  case 0:
    counts_.envelope = size;
    if (envelope_depth_ != 0)
      batch_counts_.push_back(counts_);
    break;
  case 1:
    if (std::exchange(in_params_, false))
      counts_.params = size;
    break;
  case 2:
    if (std::exchange(in_meta_, false))
      counts_.meta = size;
    break;
  default:
    break;
  }
}

bool document_builder::on_object_begin(boost::system::error_code& ec) {
  note_object_begin();
  ++depth_;
  return count_value(ec);
}

bool document_builder::on_object_end(std::size_t size, boost::system::error_code& ec) {
  if (size > limits_.max_members)
    return fail(exceeded_limit::members, ec);
  --depth_;
  note_object_end(size);
  stack_.push_object(size);
  return true;
}

bool document_builder::on_array_begin(boost::system::error_code& ec) {
  if (depth_++ == 0)
    envelope_depth_ = 1;
  return count_value(ec);
}

bool document_builder::on_array_end(std::size_t size, boost::system::error_code&) {
  --depth_;
  stack_.push_array(size);
  return true;
}

bool document_builder::on_key_part(json::string_view text, std::size_t,
                                   boost::system::error_code&) {
  key_start_.append(text.data(), text.size());
  stack_.push_chars(text);
  return true;
}

bool document_builder::on_key(json::string_view text, std::size_t, boost::system::error_code&) {
  if (key_start_.empty()) {
    note_key(text);
  } else {
    key_start_.append(text.data(), text.size());
    note_key(key_start_);
    key_start_.clear();
  }
  stack_.push_key(text);
  return true;
}

bool document_builder::on_string_part(json::string_view text, std::size_t,
                                      boost::system::error_code&) {
  stack_.push_chars(text);
  return true;
}

bool document_builder::on_string(json::string_view text, std::size_t,
                                 boost::system::error_code& ec) {
  stack_.push_string(text);
  return count_value(ec);
}

bool document_builder::on_int64(std::int64_t value, json::string_view,
                                boost::system::error_code& ec) {
  stack_.push_int64(value);
  return count_value(ec);
}

bool document_builder::on_uint64(std::uint64_t value, json::string_view,
                                 boost::system::error_code& ec) {
  stack_.push_uint64(value);
  return count_value(ec);
}

bool document_builder::on_double(double value, json::string_view text,
                                 boost::system::error_code& ec) {
  if (!std::isfinite(value))
    return fail(exceeded_limit::number, ec);
  // Boost.JSON 1.81 is off by one unit in the last place for some numbers; the text is here in one
  // piece, because the whole document is.
  double exact = 0;
  const auto* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, exact);
  stack_.push_double(parsed.ec == std::errc{} && parsed.ptr == end ? exact : value);
  return count_value(ec);
}

bool document_builder::on_bool(bool value, boost::system::error_code& ec) {
  stack_.push_bool(value);
  return count_value(ec);
}

bool document_builder::on_null(boost::system::error_code& ec) {
  stack_.push_null();
  return count_value(ec);
}

} // namespace troupe::protocol
