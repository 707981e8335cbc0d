#pragma once

// An HTTP answer in what a load program has received. It knows Content-Length and event streams, and
// no other way to send a body.

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string_view>

struct http_answer {
  std::string_view head; ///< with the line end of its last line
  std::string_view body; ///< empty for an event stream
  std::size_t size = 0;  ///< of both, and the line between them

  /// "200".
  std::string_view status() const { return head.substr(head.find(' ') + 1, 3); }

  /// The value of a header; `name` in lower case.
  std::string_view header(std::string_view name) const {
    for (auto at = head.find("\r\n"); at != head.npos; at = head.find("\r\n", at + 2)) {
      const auto line = head.substr(at + 2, head.find("\r\n", at + 2) - at - 2);
      const auto colon = line.find(':');
      if (colon != name.size())
        continue;
      const bool same = std::equal(name.begin(), name.end(), line.begin(), [](char a, char b) {
        return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b + 32) : b);
      });
      if (same)
        return line.substr(std::min(line.find_first_not_of(' ', colon + 1), line.size()));
    }
    return {};
  }
};

/// The first answer, once it is complete.
inline std::optional<http_answer> find_answer(std::string_view received) {
  const auto end = received.find("\r\n\r\n");
  if (end == received.npos)
    return std::nullopt;
  http_answer found{received.substr(0, end + 2), {}, 0};
  std::size_t length = 0;
  const auto text = found.header("content-length");
  std::from_chars(text.data(), text.data() + text.size(), length);
  if (received.size() - end - 4 < length)
    return std::nullopt;
  found.body = received.substr(end + 4, length);
  found.size = end + 4 + length;
  return found;
}
