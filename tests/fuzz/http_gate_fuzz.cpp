// The outcome does not depend on how the bytes arrive, and what is accepted has none of the traits that let two
// readers see different requests in the same bytes. The traits are looked for in the slow, obvious way.
#include "troupe/protocol/http_rules.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

using namespace troupe::protocol;

namespace {

void require(bool condition) {
  if (!condition)
    std::abort();
}

std::size_t count_fields(std::string_view head, std::string_view lower_name) {
  std::string lower{head};
  for (char& byte : lower)
    if (byte >= 'A' && byte <= 'Z')
      byte = static_cast<char>(byte + ('a' - 'A'));
  const auto wanted = "\r\n" + std::string{lower_name} + ":";
  std::size_t count = 0;
  for (auto at = lower.find(wanted); at != lower.npos; at = lower.find(wanted, at + 1))
    ++count;
  return count;
}

void require_unambiguous(std::string_view bytes, const http_head& head) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    if (byte == '\r')
      require(i + 1 < bytes.size() && bytes[i + 1] == '\n');
    else if (byte == '\n')
      require(i > 0 && bytes[i - 1] == '\r' &&
              (i + 1 == bytes.size() || (bytes[i + 1] != ' ' && bytes[i + 1] != '\t')));
    else
      require(byte == '\t' || (byte >= 0x20 && byte != 0x7F));
  }
  require(bytes.ends_with("\r\n\r\n"));
  require(bytes.find("\r\n\r\n", 1) == bytes.size() - 4);
  const auto lengths = count_fields(bytes, "content-length");
  const auto encodings = count_fields(bytes, "transfer-encoding");
  const auto hosts = count_fields(bytes, "host");
  require(lengths + encodings <= 1);
  require(head.chunked == (encodings == 1) && head.content_length.has_value() == (lengths == 1));
  require(hosts == 1 || (hosts == 0 && head.version == 10));
  require(!(head.chunked && head.version == 10));
  for (const std::string_view name : {"transfer-encoding ", "content-length ", "host "})
    require(count_fields(bytes, name) == 0);
}

void require_inside(std::string_view bytes, std::string_view part) {
  require(part.data() >= bytes.data() && part.data() + part.size() <= bytes.data() + bytes.size());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text{data, data + size};
  const gate_limits limits{1'024, 16, 256};
  head_gate whole{limits};
  const auto result = whole.check(text);

  const std::size_t step = size == 0 ? 1 : 1 + data[size / 2] % 17;
  head_gate parts{limits};
  gate_result last;
  std::unique_ptr<char[]> moved;
  for (std::size_t have = 0; have < size && last.state == gate_state::need_more;) {
    have = have + step < size ? have + step : size;
    auto next = std::make_unique<char[]>(have); // exactly sized, so that reading past it is noticed
    text.copy(next.get(), have);
    last = parts.check({next.get(), have});
    moved = std::move(next);
  }
  require(last.state == result.state && last.status == result.status &&
          last.reason == result.reason && last.head_bytes == result.head_bytes);
  require(whole.check(text).state == result.state);
  if (result.state == gate_state::rejected)
    require(result.status >= 400 && !result.reason.empty());
  if (result.state != gate_state::complete)
    return 0;

  require(result.head_bytes <= limits.max_header_bytes && result.head_bytes <= size);
  const auto bytes = std::string_view{text}.substr(0, result.head_bytes);
  const auto& head = whole.head();
  require_unambiguous(bytes, head);
  require_inside(bytes, head.target());
  for (std::size_t i = 0; i < known_header_count; ++i) {
    const auto header = static_cast<known_header>(i);
    require(head.find(header) == parts.head().find(header));
    if (head.has(header))
      require_inside(bytes, head.text(header));
  }
  for (std::size_t i = 0; i < head.param_count; ++i)
    require_inside(bytes, head.param(i).value);
  const auto decision = decide_request(head, endpoint_rules{});
  if (const auto* why = std::get_if<refusal>(&decision))
    require(why->status >= 400 && !why->message.empty());
  else
    require(head.path() == "/mcp" && host_rules{}.allows_host(head.find(known_header::host)));
  return 0;
}
