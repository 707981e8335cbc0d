// Whatever the texts in a response hold, it stays one response: the head has only whole lines of printable ASCII,
// one for each text at most, and the body stands behind it untouched.
#include "troupe/protocol/http_response.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace troupe::protocol;

namespace {

void require(bool condition) {
  if (!condition)
    std::abort();
}

std::size_t count_lines(std::string_view head) {
  std::size_t lines = 0;
  for (std::size_t i = 0; i < head.size(); ++i) {
    const char byte = head[i];
    if (byte == '\r') {
      require(i + 1 < head.size() && head[i + 1] == '\n');
      ++lines;
      ++i;
    } else {
      require(byte == '\t' || (byte >= 0x20 && byte < 0x7F));
    }
  }
  return lines;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text{data, data + size};
  std::array<std::string_view, 5> parts;
  std::string_view rest = text;
  for (auto& part : parts) {
    const auto end = rest.find('|');
    part = rest.substr(0, end);
    rest = end == rest.npos ? std::string_view{} : rest.substr(end + 1);
  }
  response_fields fields;
  fields.date = parts[0];
  fields.session_id = parts[1];
  fields.cors_origin = parts[2];
  fields.allow = parts[3];

  std::string out;
  append_json_response(out, fields, text);
  require(out.ends_with("\r\n\r\n" + text));
  require(count_lines(std::string_view{out}.substr(0, out.size() - size)) <= 3 + 1 + 1 + 3 + 1 + 1);
  out.clear();
  append_stream_head(out, fields);
  require(count_lines(out) <= 5 + 1 + 1 + 3 + 1 + 1 && out.ends_with("\r\n\r\n"));
  out.clear();
  append_preflight_response(out, fields, parts[4]);
  require(count_lines(out) <= 1 + 3 + 1 + 1 + 3 + 1 + 1 && out.ends_with("\r\n\r\n"));
  out.clear();
  if (!append_header(out, parts[0], parts[1]))
    require(out.empty());
  else
    require(count_lines(out) == 1);
  return 0;
}
