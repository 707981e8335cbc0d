// The body does not depend on how the bytes arrive, stays within its limit, and framing it anew gives it back.
#include "troupe/protocol/chunk_gate.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace troupe::protocol;

namespace {

constexpr chunk_limits limits{512, 64};

void require(bool condition) {
  if (!condition)
    std::abort();
}

struct outcome {
  chunk_state state = chunk_state::need_more;
  std::string body;
  std::size_t consumed = 0;
  unsigned status = 0;

  friend bool operator==(const outcome&, const outcome&) = default;
};

outcome read(std::string_view input, std::size_t piece) {
  chunk_gate gate{limits};
  outcome result;
  while (result.consumed < input.size()) {
    const auto given = input.substr(result.consumed, piece);
    const auto step = gate.next(given);
    require(step.consumed <= given.size());
    require((step.state == chunk_state::data) == !step.data.empty());
    result.body += step.data;
    result.consumed += step.consumed;
    result.state = step.state == chunk_state::data ? chunk_state::need_more : step.state;
    result.status = step.status;
    require(gate.body_bytes() <= limits.max_body_bytes && result.body.size() <= gate.body_bytes());
    if (result.state != chunk_state::need_more)
      break;
  }
  return result;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text{data, data + size};
  const auto whole = read(text, text.npos);
  require(whole == read(text, 1));
  require(whole == read(text, size == 0 ? 1 : 1 + data[size / 2] % 19));
  if (whole.state != chunk_state::complete)
    return 0;
  require(std::string_view{text}.substr(0, whole.consumed).ends_with("0\r\n\r\n") ||
          text.find(';') != text.npos);
  char line[32];
  const auto length = std::snprintf(line, sizeof line, "%zx\r\n", whole.body.size());
  const auto again = whole.body.empty() ? std::string{"0\r\n\r\n"}
                                        : std::string{line, static_cast<std::size_t>(length)} +
                                              whole.body + "\r\n0\r\n\r\n";
  const auto back = read(again, again.npos);
  require(back.state == chunk_state::complete && back.body == whole.body &&
          back.consumed == again.size());
  return 0;
}
