#include "troupe/supervision/stray_output.hpp"

#include <iostream>
#include <string_view>

#include <spdlog/spdlog.h>

namespace troupe::supervision {

namespace {

/// A longer line is logged in parts.
constexpr std::size_t max_line_bytes = 4096;

} // namespace

stray_output::stray_output() : before_(std::cout.rdbuf(this)) {}

stray_output::~stray_output() {
  std::cout.rdbuf(before_);
  log_line();
}

std::streamsize stray_output::xsputn(const char* text, std::streamsize size) {
  take({text, static_cast<std::size_t>(size)});
  return size;
}

stray_output::int_type stray_output::overflow(int_type byte) {
  if (!traits_type::eq_int_type(byte, traits_type::eof())) {
    const char one = traits_type::to_char_type(byte);
    take({&one, 1});
  }
  return traits_type::not_eof(byte);
}

void stray_output::take(std::string_view text) {
  const std::lock_guard guard{mutex_};
  for (const char byte : text) {
    if (byte != '\n')
      line_ += byte;
    if (byte == '\n' || line_.size() >= max_line_bytes)
      log_line();
  }
}

void stray_output::log_line() {
  if (!line_.empty())
    spdlog::warn("printed to stdout: {}", line_);
  line_.clear();
}

} // namespace troupe::supervision
