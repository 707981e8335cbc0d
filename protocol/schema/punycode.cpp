#include "troupe/protocol/schema/punycode.hpp"

#include <algorithm>
#include <cstdint>

namespace troupe::protocol::schema {

namespace {

// RFC 3492, section 5.
constexpr std::uint32_t base = 36;
constexpr std::uint32_t least = 1;
constexpr std::uint32_t most = 26;
constexpr std::uint32_t skew = 38;
constexpr std::uint32_t damp = 700;
constexpr std::uint32_t initial_bias = 72;
constexpr std::uint32_t first_code = 128;
// Longer labels are no host names, and within this nothing overflows 64 bits.
constexpr std::size_t longest_label = 256;

std::uint32_t adapt(std::uint32_t delta, std::uint32_t points, bool is_first) {
  delta = is_first ? delta / damp : delta / 2;
  delta += delta / points;
  std::uint32_t k = 0;
  for (; delta > (base - least) * most / 2; k += base)
    delta /= base - least;
  return k + (base - least + 1) * delta / (delta + skew);
}

std::uint32_t threshold(std::uint32_t k, std::uint32_t bias) {
  return k <= bias ? least : std::min(k - bias, most);
}

std::optional<std::uint32_t> digit_of(char c) {
  if (c >= 'a' && c <= 'z')
    return static_cast<std::uint32_t>(c - 'a');
  if (c >= 'A' && c <= 'Z')
    return static_cast<std::uint32_t>(c - 'A');
  if (c >= '0' && c <= '9')
    return static_cast<std::uint32_t>(c - '0') + 26;
  return std::nullopt;
}

char character_of(std::uint32_t digit) {
  return static_cast<char>(digit < 26 ? 'a' + digit : '0' + (digit - 26));
}

// A variable-length integer off the front of `text`.
std::optional<std::uint32_t> take_integer(std::string_view& text, std::uint32_t bias) {
  std::uint64_t value = 0;
  std::uint64_t weight = 1;
  for (std::uint32_t k = base;; k += base) {
    const auto digit = text.empty() ? std::nullopt : digit_of(text.front());
    if (!digit)
      return std::nullopt;
    text.remove_prefix(1);
    value += *digit * weight;
    const auto limit = threshold(k, bias);
    if (value > UINT32_MAX)
      return std::nullopt;
    if (*digit < limit)
      return static_cast<std::uint32_t>(value);
    weight *= base - limit;
    if (weight > UINT32_MAX)
      return std::nullopt;
  }
}

void append_integer(std::string& out, std::uint32_t value, std::uint32_t bias) {
  for (std::uint32_t k = base;; k += base) {
    const auto limit = threshold(k, bias);
    if (value < limit) {
      out += character_of(value);
      return;
    }
    out += character_of(limit + (value - limit) % (base - limit));
    value = (value - limit) / (base - limit);
  }
}

} // namespace

std::optional<std::u32string> decode_punycode(std::string_view text) {
  if (text.size() > longest_label)
    return std::nullopt;
  std::u32string label;
  if (const auto delimiter = text.rfind('-'); delimiter != std::string_view::npos) {
    for (const char c : text.substr(0, delimiter))
      label += static_cast<char32_t>(static_cast<unsigned char>(c));
    text.remove_prefix(delimiter + 1);
  }
  std::uint64_t code = first_code;
  std::uint32_t bias = initial_bias;
  std::uint64_t at = 0;
  while (!text.empty()) {
    const auto delta = take_integer(text, bias);
    if (!delta)
      return std::nullopt;
    const auto points = static_cast<std::uint32_t>(label.size() + 1);
    at += *delta;
    code += at / points;
    at %= points;
    if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
      return std::nullopt;
    bias = adapt(*delta, points, label.empty());
    label.insert(label.begin() + static_cast<std::ptrdiff_t>(at), static_cast<char32_t>(code));
    ++at;
  }
  return label;
}

std::string encode_punycode(const std::u32string& label) {
  std::string out;
  for (const auto c : label)
    if (c < first_code)
      out += static_cast<char>(c);
  const auto basic = static_cast<std::uint32_t>(out.size());
  auto done = basic;
  if (basic > 0)
    out += '-';
  std::uint32_t code = first_code;
  std::uint32_t delta = 0;
  std::uint32_t bias = initial_bias;
  while (done < label.size() && label.size() <= longest_label) {
    char32_t next = 0x110000;
    for (const auto c : label)
      if (c >= code)
        next = std::min(next, c);
    delta += (next - code) * (done + 1);
    code = next;
    for (const auto c : label) {
      if (c < code)
        ++delta;
      if (c == code) {
        append_integer(out, delta, bias);
        bias = adapt(delta, done + 1, done == basic);
        delta = 0;
        ++done;
      }
    }
    ++delta;
    ++code;
  }
  return out;
}

} // namespace troupe::protocol::schema
