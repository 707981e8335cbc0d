#include "troupe/protocol/encode.hpp"

#include "troupe/protocol/utf8.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace troupe::protocol {

namespace {

constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
}

// Whether all eight bytes are plain. Each term sets the top bit of a byte that is not; a borrow may
// set it too often, never too seldom, and then the bytes are looked at one by one.
bool are_plain(std::uint64_t word) {
  constexpr std::uint64_t ones = 0x0101010101010101;
  const auto quote = word ^ (ones * '"');
  const auto backslash = word ^ (ones * '\\');
  const auto suspicious = word | (word - ones * 0x20) | (quote - ones) | (backslash - ones);
  return (suspicious & (ones * 0x80)) == 0;
}

#ifdef __SSE2__ // every x86-64
// The plain bytes of whole groups of sixteen; all if there is no other.
std::size_t plain_groups(std::string_view text) {
  const auto quote = _mm_set1_epi8('"');
  const auto backslash = _mm_set1_epi8('\\');
  const auto space = _mm_set1_epi8(' ');
  std::size_t length = 0;
  for (; text.size() - length >= sizeof(__m128i); length += sizeof(__m128i)) {
    const auto bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + length));
    // The comparison is signed, so bytes from 0x80 on are below a space too.
    const auto others =
        _mm_or_si128(_mm_cmplt_epi8(bytes, space),
                     _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)));
    if (const auto mask = static_cast<unsigned>(_mm_movemask_epi8(others)))
      return length + static_cast<std::size_t>(std::countr_zero(mask));
  }
  return length;
}
#else
std::size_t plain_groups(std::string_view) {
  return 0;
}
#endif

std::size_t plain_length(std::string_view text) {
  auto length = plain_groups(text);
  while (text.size() - length >= sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + length, sizeof word);
    if (!are_plain(word))
      break;
    length += sizeof word;
  }
  while (length < text.size() && is_plain(text[length]))
    ++length;
  return length;
}

// How much of the beginning of `text` stands in JSON as it is: plain bytes and whole characters.
std::size_t clean_length(std::string_view text) {
  auto length = plain_length(text);
  while (length < text.size()) {
    const auto rest = text.substr(length);
    const auto character = static_cast<unsigned char>(rest[0]) < 0x80 ? 0 : utf8_length(rest);
    if (character == 0)
      break;
    length += character;
    length += plain_length(text.substr(length));
  }
  return length;
}

// A long text is not to be copied once more because the quote or the brackets behind it do not fit.
void make_room(std::string& out, std::size_t text_size) {
  constexpr std::size_t room_behind = 64;
  const auto needed = out.size() + text_size + room_behind;
  if (needed > out.capacity())
    out.reserve(std::max(needed, 2 * out.capacity()));
}

void append_escaped(std::string& out, char c) {
  switch (c) {
  case '"':
    out += "\\\"";
    return;
  case '\\':
    out += "\\\\";
    return;
  case '\n':
    out += "\\n";
    return;
  case '\r':
    out += "\\r";
    return;
  case '\t':
    out += "\\t";
    return;
  default:
    constexpr std::string_view digits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    out += "\\u00";
    out += digits[byte >> 4];
    out += digits[byte & 0xF];
  }
}

template<class Number>
void append_digits(std::string& out, Number value) {
  std::array<char, 40> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  out.append(text.data(), end);
}

void open_message(std::string& out) {
  out += R"({"jsonrpc":"2.0",)";
}

void append_id_member(std::string& out, const request_id& id) {
  out += R"("id":)";
  id.append_json(out);
  out += ',';
}

void append_method_member(std::string& out, std::string_view method) {
  out += R"("method":)";
  append_string(out, method);
}

void append_params_member(std::string& out, const json::object* params) {
  if (params == nullptr)
    return;
  out += R"(,"params":)";
  append_json(out, *params);
}

void append_params_member(std::string& out, std::string_view params) {
  if (params.empty())
    return;
  out += R"(,"params":)";
  out += params;
}

template<class Params>
void append_notification_with(std::string& out, std::string_view method, Params params) {
  open_message(out);
  append_method_member(out, method);
  append_params_member(out, params);
  out += '}';
}

template<class Params>
void append_request_with(std::string& out, const request_id& id, std::string_view method,
                         Params params) {
  open_message(out);
  append_id_member(out, id);
  append_method_member(out, method);
  append_params_member(out, params);
  out += '}';
}

} // namespace

void append_string(std::string& out, std::string_view text) {
  make_room(out, text.size());
  out += '"';
  while (true) {
    const auto clean = clean_length(text);
    out += text.substr(0, clean);
    text.remove_prefix(clean);
    if (text.empty())
      break;
    if (static_cast<unsigned char>(text[0]) < 0x80)
      append_escaped(out, text[0]);
    else
      out += replacement_character;
    text.remove_prefix(1);
  }
  out += '"';
}

void append_number(std::string& out, std::int64_t value) {
  append_digits(out, value);
}

void append_number(std::string& out, std::uint64_t value) {
  append_digits(out, value);
}

void append_number(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  const auto start = out.size();
  append_digits(out, value);
  if (out.find_first_of(".e", start) == std::string::npos)
    out += ".0";
}

void append_json(std::string& out, const json::value& value) {
  switch (value.kind()) {
  case json::kind::null:
    out += "null";
    break;
  case json::kind::bool_:
    out += value.get_bool() ? "true" : "false";
    break;
  case json::kind::int64:
    append_number(out, std::int64_t{value.get_int64()});
    break;
  case json::kind::uint64:
    append_number(out, std::uint64_t{value.get_uint64()});
    break;
  case json::kind::double_:
    append_number(out, value.get_double());
    break;
  case json::kind::string:
    append_string(out, {value.get_string().data(), value.get_string().size()});
    break;
  case json::kind::array:
    append_json(out, value.get_array());
    break;
  case json::kind::object:
    append_json(out, value.get_object());
    break;
  }
}

void append_json(std::string& out, const json::object& object) {
  char separator = '{';
  for (const auto& [key, value] : object) {
    out += separator;
    append_string(out, {key.data(), key.size()});
    out += ':';
    append_json(out, value);
    separator = ',';
  }
  out += object.empty() ? "{}" : "}";
}

void append_json(std::string& out, const json::array& array) {
  char separator = '[';
  for (const auto& value : array) {
    out += separator;
    append_json(out, value);
    separator = ',';
  }
  out += array.empty() ? "[]" : "]";
}

void open_result(std::string& out, const request_id& id) {
  open_message(out);
  append_id_member(out, id);
  out += R"("result":)";
}

void close_result(std::string& out) {
  out += '}';
}

void append_result(std::string& out, const request_id& id, std::string_view encoded) {
  open_result(out, id);
  out += encoded;
  close_result(out);
}

void append_result(std::string& out, const request_id& id, const json::value& result) {
  open_result(out, id);
  append_json(out, result);
  close_result(out);
}

void append_result(std::string& out, const request_id& id, const json::object& result) {
  open_result(out, id);
  append_json(out, result);
  close_result(out);
}

void append_error(std::string& out, const std::optional<request_id>& id, const rpc_error& error,
                  unknown_id unknown) {
  open_message(out);
  if (id)
    append_id_member(out, *id);
  else if (unknown == unknown_id::null)
    out += R"("id":null,)";
  out += R"("error":{"code":)";
  append_number(out, std::int64_t{error.code});
  out += R"(,"message":)";
  append_string(out, error.message);
  if (!error.data.is_null()) {
    out += R"(,"data":)";
    append_json(out, error.data);
  }
  out += "}}";
}

void append_notification(std::string& out, std::string_view method, const json::object* params) {
  append_notification_with(out, method, params);
}

void append_notification(std::string& out, std::string_view method, std::string_view params) {
  append_notification_with(out, method, params);
}

void append_request(std::string& out, const request_id& id, std::string_view method,
                    const json::object* params) {
  append_request_with(out, id, method, params);
}

void append_request(std::string& out, const request_id& id, std::string_view method,
                    std::string_view params) {
  append_request_with(out, id, method, params);
}

} // namespace troupe::protocol
