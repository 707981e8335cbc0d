#include "troupe/protocol/schema/code_points.hpp"
#include "troupe/protocol/schema/format_checks.hpp"
#include "troupe/protocol/schema/pattern.hpp"
#include "troupe/protocol/schema/punycode.hpp"
#include "troupe/protocol/utf8.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <iterator>

namespace troupe::protocol::schema {

namespace {

constexpr std::size_t longest_name = 2048;
constexpr std::size_t longest_label = 63;
constexpr char32_t joiner = 0x200D;
constexpr char32_t non_joiner = 0x200C;

bool is_between(char32_t code, char32_t first, char32_t last) {
  return code >= first && code <= last;
}

// RFC 5892, 2.6 and 2.9: letters and marks that are no part of names all the same.
bool is_excluded(char32_t code) {
  return code == 0x640 || code == 0x7FA || code == 0x302E || code == 0x302F ||
         is_between(code, 0x3031, 0x3035) || code == 0x303B || is_between(code, 0x1100, 0x11FF) ||
         is_between(code, 0xA960, 0xA97C) || is_between(code, 0xD7B0, 0xD7FB);
}

bool is_virama(char32_t code) {
  constexpr char32_t viramas[] = {0x94D,  0x9CD,  0xA4D,  0xACD,  0xB4D,  0xBCD,  0xC4D,
                                  0xCCD,  0xD4D,  0xDCA,  0xE3A,  0xF84,  0x1039, 0x103A,
                                  0x1714, 0x1734, 0x17D2, 0x1A60, 0x1B44, 0x1BAA, 0x1BAB,
                                  0x1BF2, 0x1BF3, 0xA806, 0xA8C4, 0xA953, 0xA9C0, 0xABED};
  return std::find(std::begin(viramas), std::end(viramas), code) != std::end(viramas);
}

bool joins(char32_t code) {
  return is_between(code, 0x620, 0x64A) || is_between(code, 0x66E, 0x6D3) ||
         is_between(code, 0x710, 0x72F);
}

bool is_greek(char32_t code) {
  return is_between(code, 0x370, 0x3FF) || is_between(code, 0x1F00, 0x1FFF);
}

bool is_hebrew(char32_t code) {
  return is_between(code, 0x591, 0x5F4);
}

bool is_japanese(char32_t code) {
  return is_between(code, 0x3041, 0x3096) || is_between(code, 0x30A1, 0x30FA) ||
         is_between(code, 0x30FC, 0x30FF) || code == 0x3005 || code == 0x3007 ||
         is_between(code, 0x3400, 0x4DBF) || is_between(code, 0x4E00, 0x9FFF) ||
         is_between(code, 0xF900, 0xFAFF) || is_between(code, 0x20000, 0x3134F);
}

bool has_between(const std::u32string& label, char32_t first, char32_t last) {
  return std::any_of(label.begin(), label.end(),
                     [&](char32_t each) { return is_between(each, first, last); });
}

// RFC 5892, appendix A: characters that are allowed only in company. 0 stands for no neighbour.
bool is_in_context(const std::u32string& label, std::size_t index) {
  const auto before = index == 0 ? U'\0' : label[index - 1];
  const auto behind = index + 1 == label.size() ? U'\0' : label[index + 1];
  const auto code = label[index];
  switch (code) {
  case non_joiner:
    return is_virama(before) || (joins(before) && joins(behind));
  case joiner:
    return is_virama(before);
  case 0xB7:
    return before == U'l' && behind == U'l';
  case 0x375:
    return is_greek(behind);
  case 0x5F3:
  case 0x5F4:
    return is_hebrew(before);
  case 0x30FB:
    return std::any_of(label.begin(), label.end(), is_japanese);
  default:
    break;
  }
  if (is_between(code, 0x660, 0x669))
    return !has_between(label, 0x6F0, 0x6F9);
  return !is_between(code, 0x6F0, 0x6F9) || !has_between(label, 0x660, 0x669);
}

// RFC 5892, 2.1: letters, marks and digits, with the exceptions; in context is asked elsewhere.
bool has_name_characters(std::string_view label) {
  static const re2::RE2 letters(R"(\A[\p{Ll}\p{Lo}\p{Lm}\p{Mn}\p{Mc}\p{Nd}\-)"
                                R"(\x{b7}\x{375}\x{5f3}\x{5f4}\x{6fd}\x{6fe}\x{f0b}\x{200c})"
                                R"(\x{200d}\x{3007}\x{30fb}]+\z)");
  static const re2::RE2 marks(R"(\A\p{M})");
  return finds(letters, label) && !finds(marks, label);
}

bool is_unicode_label(const std::u32string& label) {
  std::string text;
  for (const auto code : label)
    append_code_point(text, code);
  if (label.empty() || label.size() > longest_label || label.front() == U'-' ||
      label.back() == U'-' || (label.size() > 3 && label[2] == U'-' && label[3] == U'-') ||
      !has_name_characters(text))
    return false;
  for (std::size_t i = 0; i < label.size(); ++i)
    if (is_excluded(label[i]) || !is_in_context(label, i))
      return false;
  return encode_punycode(label).size() + 4 <= longest_label;
}

bool is_any_label(const std::u32string& label) {
  const bool is_ascii = std::all_of(label.begin(), label.end(), [](char32_t c) { return c < 128; });
  if (!is_ascii)
    return is_unicode_label(label);
  std::string text;
  for (const auto code : label)
    append_code_point(text, code);
  if (text.size() <= 3 || text.substr(2, 2) != "--")
    return is_hostname(text);
  const bool is_encoded = (text[0] == 'x' || text[0] == 'X') && (text[1] == 'n' || text[1] == 'N');
  const auto decoded =
      is_encoded ? decode_punycode(std::string_view(text).substr(4)) : std::nullopt;
  const auto is_international = [](char32_t c) { return c >= 128; };
  return decoded && text.size() <= longest_label &&
         std::any_of(decoded->begin(), decoded->end(), is_international) &&
         is_unicode_label(*decoded);
}

bool is_separator(char32_t code) {
  return code == U'.' || code == 0x3002 || code == 0xFF0E || code == 0xFF61;
}

} // namespace

bool is_idn_hostname(std::string_view text) {
  if (text.size() > longest_name || !is_utf8(text))
    return false;
  const auto codes = to_code_points(text);
  auto start = codes.begin();
  for (;;) {
    const auto end = std::find_if(start, codes.end(), is_separator);
    if (!is_any_label({start, end}))
      return false;
    if (end == codes.end())
      return true;
    start = std::next(end);
  }
}

} // namespace troupe::protocol::schema
