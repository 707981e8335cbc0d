#define CAF_SUITE websocket_gate
#include "troupe/protocol/websocket_gate.hpp"

#include "caf/test/unit_test.hpp"

#include <string>
#include <string_view>
#include <vector>

using namespace troupe::protocol;

namespace {

constexpr int fin = 0x80, rsv1 = 0x40, rsv2 = 0x20, rsv3 = 0x10;
constexpr int cont = 0, text = 1, binary = 2, closing = 8, ping = 9, pong = 10;

void append_big_endian(std::string& out, std::uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i)
    out += static_cast<char>(static_cast<unsigned char>(value >> (8 * i)));
}

/// A masked frame that says `length`, in its shortest form or in `form` bits, with `payload` bytes.
std::string frame(int first, std::size_t payload, std::uint64_t length, int form = 0) {
  if (form == 0)
    form = length < 126 ? 7 : length < 0x10000 ? 16 : 64;
  std::string result(1, static_cast<char>(first));
  result += static_cast<char>(0x80 | (form == 7    ? static_cast<int>(length)
                                      : form == 16 ? 126
                                                   : 127));
  if (form != 7)
    append_big_endian(result, length, form / 8);
  return result + "mask" + std::string(payload, 'x');
}

std::string frame(int first, std::size_t payload = 0) {
  return frame(first, payload, payload);
}

std::string close_frame(std::uint16_t code) {
  std::string payload;
  append_big_endian(payload, code, 2);
  payload += "why";
  for (std::size_t i = 0; i < payload.size(); ++i)
    payload[i] = static_cast<char>(payload[i] ^ "mask"[i % 4]);
  return frame(fin | closing, 0, payload.size()) + payload;
}

/// "text3! ping" for two frames, of which the first ends a message of 3 bytes; a refusal as its code.
std::string read(std::string_view bytes, std::size_t piece = std::string_view::npos,
                 const websocket_limits& limits = {}) {
  websocket_gate gate{limits};
  std::string result;
  while (!bytes.empty()) {
    const auto given = bytes.substr(0, piece);
    const auto step = gate.step(given, 1);
    if (step.refused) {
      CAF_CHECK(!step.reason.empty() && step.reason.size() <= 123 && step.size == 0);
      CAF_CHECK(gate.step(bytes, 2).refused); // it stays so
      return result + std::to_string(static_cast<int>(step.code));
    }
    CAF_REQUIRE(step.size > 0 && step.size <= given.size());
    CAF_CHECK(step.frame_end || step.size == given.size());
    bytes.remove_prefix(step.size);
    if (!step.frame_end)
      continue;
    CAF_CHECK(gate.between_frames());
    if (static_cast<int>(step.opcode) < 8)
      result += "text" + std::to_string(gate.message_bytes()) + (step.message_end ? "! " : " ");
    else
      result += step.opcode == websocket_opcode::ping   ? "ping "
                : step.opcode == websocket_opcode::pong ? "pong "
                                                        : "close ";
  }
  return result + (gate.between_messages() ? "." : gate.between_frames() ? "-" : "=");
}

void each(const std::string& expected, const std::vector<std::string>& inputs,
          const websocket_limits& limits = {}) {
  for (const auto& input : inputs)
    for (const std::size_t piece : {std::string_view::npos, std::size_t{1}, std::size_t{3}})
      CAF_CHECK_EQUAL(read(input, piece, limits), expected);
}

} // namespace

CAF_TEST(frames_are_passed_one_by_one_and_messages_end_with_their_last) {
  each("text3! .", {frame(fin | text, 3)});
  each("text0! .", {frame(fin | text)});
  each("text126! text65536! .", {frame(fin | text, 126) + frame(fin | text, 65536)});
  each("text3 ping text3 text8! pong .", {frame(text, 3) + frame(fin | ping, 125) + frame(cont) +
                                          frame(fin | cont, 5) + frame(fin | pong)});
  each("text3 -", {frame(text, 3)});
  each("close .", {close_frame(1001)});
}

CAF_TEST(an_incomplete_frame_needs_more) {
  const auto whole = frame(fin | text, 300);
  for (std::size_t size = 1; size < whole.size(); ++size)
    CAF_CHECK_EQUAL(read(whole.substr(0, size)), "=");
}

CAF_TEST(what_a_header_must_not_say_is_a_protocol_error) {
  for (const auto bits : {rsv1, rsv2, rsv3, rsv1 | rsv3})
    each("1002", {frame(fin | bits | text), frame(fin | bits | ping)});
  for (const int opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15})
    each("1002", {frame(fin | opcode), frame(opcode, 3)});
  each("1002",
       {frame(fin | cont), frame(cont, 1), frame(ping), frame(closing, 2), frame(fin | ping, 126),
        frame(fin | closing, 1, 1, 16), std::string("\x81\x00", 2), std::string("\x89\x00", 2)});
  each("text1 1002", {frame(text, 1) + frame(fin | text, 1), frame(text, 1) + frame(text, 1),
                      frame(text, 1) + frame(fin | rsv1 | cont, 1)});
}

CAF_TEST(a_close_code_that_does_not_exist_is_a_protocol_error) {
  each("close .", {close_frame(1000), close_frame(4999), frame(fin | closing)});
  each("1002", {close_frame(5000), close_frame(65535)});
  each("ping 1002", {frame(fin | ping, 2) + close_frame(5000)});
}

CAF_TEST(messages_are_text) {
  each("1003", {frame(fin | binary), frame(binary, 3)});
}

// Beast 1.81 takes a length with its highest bit set for a large number.
CAF_TEST(lengths_are_in_their_shortest_form_and_have_63_bits) {
  each("1002",
       {frame(fin | text, 5, 5, 16), frame(fin | text, 125, 125, 16),
        frame(fin | text, 126, 126, 64), frame(fin | text, 0, 0xFFFF, 64),
        frame(fin | text, 0, std::uint64_t{1} << 63), frame(fin | text, 0, ~std::uint64_t{0})});
}

CAF_TEST(a_message_is_too_big_before_it_is_read) {
  const websocket_limits limits{.max_message_bytes = 200};
  each("text200! .", {frame(fin | text, 200)}, limits);
  each("1009", {frame(fin | text, 0, 201), frame(text, 0, 0x10000)}, limits);
  each("text150 1009", {frame(text, 150) + frame(fin | cont, 0, 51)}, limits);
  each("text150 1009", {frame(text, 150) + frame(cont, 0, ~std::uint64_t{0} >> 1)}, limits);
}

CAF_TEST(a_message_has_so_many_fragments_and_no_more) {
  const websocket_limits limits{.max_fragments = 3};
  each("text1 text1 text2! text1! .",
       {frame(text, 1) + frame(cont) + frame(fin | cont, 1) + frame(fin | text, 1)}, limits);
  each("text1 text1 text1 1008", {frame(text, 1) + frame(cont) + frame(cont) + frame(fin | cont)},
       limits);
}

CAF_TEST(rates_hold_for_each_second) {
  websocket_gate gate{{.max_messages_per_second = 2, .max_control_frames_per_second = 1}};
  const auto message = frame(fin | text), control = frame(fin | ping);
  for (std::uint64_t second = 5; second < 8; ++second) {
    CAF_CHECK(!gate.step(message, second).refused);
    CAF_CHECK(!gate.step(control, second).refused);
    CAF_CHECK(!gate.step(message, second).refused);
  }
  CAF_CHECK(gate.step(message, 7).code == websocket_close::policy);
  websocket_gate other{{.max_control_frames_per_second = 1}};
  CAF_CHECK(!other.step(control, 1).refused);
  CAF_CHECK(other.step(control, 1).code == websocket_close::policy);
}

CAF_TEST(a_fragment_is_no_message_of_its_own) {
  const websocket_limits limits{.max_messages_per_second = 1};
  each("text1 text2 text3! .", {frame(text, 1) + frame(cont, 1) + frame(fin | cont, 1)}, limits);
}

CAF_TEST(compressed_messages_are_marked_where_that_was_agreed) {
  const websocket_limits limits{.compressed = true};
  each("text3! text3! .", {frame(fin | rsv1 | text, 3) + frame(fin | text, 3)}, limits);
  each("text1 text2! .", {frame(rsv1 | text, 1) + frame(fin | cont, 1)}, limits);
  each("text1 1002", {frame(rsv1 | text, 1) + frame(fin | rsv1 | cont, 1)}, limits);
  each("1002", {frame(fin | rsv2 | text), frame(fin | rsv1 | ping)}, limits);
}
