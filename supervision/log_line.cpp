#include "troupe/supervision/log_line.hpp"

#include "troupe/protocol/json_writer.hpp"
#include "troupe/supervision/utc_time.hpp"

namespace troupe::supervision {
namespace {

void append_plain(std::string& out, std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (const char byte : text) {
    const auto code = static_cast<unsigned char>(byte);
    if (code >= 0x20 && code != 0x7f)
      out += byte;
    else if (byte == '\n')
      out += "\\n";
    else
      out.append("\\x").append(1, digits[code >> 4]).append(1, digits[code & 15]);
  }
}

} // namespace

void append_log_line(std::string& out, log_format format,
                     std::chrono::system_clock::time_point time, std::string_view level,
                     std::string_view message) {
  if (format == log_format::json) {
    protocol::object_writer line{out};
    line.member("time", utc_text(time));
    line.member("level", level);
    line.member("message", message);
    line.close();
  } else {
    constexpr std::size_t widest = 7; // "warning"
    out.append(utc_text(time)).append(" ").append(level);
    out.append(level.size() < widest ? widest - level.size() + 1 : 1, ' ');
    append_plain(out, message);
  }
  out += '\n';
}

} // namespace troupe::supervision
