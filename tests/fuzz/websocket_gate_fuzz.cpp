// What the gate passes and what it refuses does not depend on how the bytes arrive, and what it passes
// are frames that a second, obvious reader finds right as well.
#include "troupe/protocol/websocket_gate.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace troupe::protocol;

namespace {

constexpr websocket_limits limits{300, 4, 8, 8, false};

void require(bool condition) {
  if (!condition)
    std::abort();
}

struct outcome {
  std::size_t passed = 0; ///< up to the end of the last complete frame
  std::size_t frames = 0;
  std::size_t messages = 0;
  int code = 0;

  friend bool operator==(const outcome&, const outcome&) = default;
};

outcome read(std::string_view input, std::size_t piece) {
  websocket_gate gate{limits};
  outcome result;
  for (std::size_t at = 0; at < input.size();) {
    const std::string given{
        input.substr(at, piece)}; // of its own, so that reading past it is noticed
    const auto step = gate.step(given, 1);
    if (step.refused) {
      result.code = static_cast<int>(step.code);
      require(step.size == 0 && !step.reason.empty() && step.reason.size() <= 123);
      break;
    }
    require(step.size > 0 && step.size <= given.size());
    at += step.size;
    if (!step.frame_end)
      continue;
    result.passed = at;
    ++result.frames;
    result.messages += step.message_end ? 1 : 0;
    require(gate.between_frames() && gate.message_bytes() <= limits.max_message_bytes);
  }
  return result;
}

void require_frames(std::string_view bytes, std::size_t count) {
  bool in_message = false;
  std::size_t size = 0;
  for (; count > 0; --count) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes.at(i)); };
    const unsigned opcode = byte(0) & 0x0F;
    const bool fin = byte(0) >> 7 != 0;
    require((byte(0) & 0x70) == 0 && byte(1) >> 7 != 0);
    std::size_t length = byte(1) & 0x7F, head = 6;
    if (length == 126) {
      length = static_cast<std::size_t>(byte(2) << 8 | byte(3));
      head = 8;
      require(length > 125);
    }
    require(length <= limits.max_message_bytes);
    if (opcode >= 8) {
      require(opcode <= 10 && fin && length <= 125);
    } else {
      require(opcode == (in_message ? 0u : 1u));
      size = in_message ? size + length : length;
      require(size <= limits.max_message_bytes);
      in_message = !fin;
    }
    bytes.remove_prefix(head + length);
  }
  require(bytes.empty());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text{data, data + size};
  const auto whole = read(text, text.npos);
  require(whole == read(text, 1));
  require(whole == read(text, size == 0 ? 1 : 1 + data[size / 2] % 19));
  require_frames(std::string_view{text}.substr(0, whole.passed), whole.frames);
  return 0;
}
