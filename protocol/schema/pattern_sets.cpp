#include "troupe/protocol/schema/code_points.hpp"
#include "troupe/protocol/schema/pattern_escape.hpp"
#include "troupe/protocol/schema/pattern_translator.hpp"

namespace troupe::protocol::schema {

namespace {

constexpr char32_t last_code_point = 0x10FFFF;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

} // namespace

// What stands for \p{...} inside brackets.
bool pattern_translator::read_property(std::string& set) {
  const bool negated = rest_[1] == 'P';
  const auto end = rest_.find('}');
  if (rest_.size() < 3 || rest_[2] != '{' || end == std::string_view::npos)
    return refuse("\\p is not followed by a property in braces");
  const auto content = rest_.substr(3, end - 3);
  if (content == "ASCII") {
    set = negated ? R"(\x{80}-\x{10ffff})" : R"(\x{0}-\x{7f})";
  } else {
    const auto name = unicode_property(content);
    if (!name)
      return refuse("RE2 does not know the property \\p{" + std::string(content) + "}", true);
    set = (negated ? "\\P{" : "\\p{") + *name + "}";
  }
  rest_.remove_prefix(end + 1);
  return true;
}

std::optional<char32_t> pattern_translator::read_hex(std::size_t digits) {
  if (rest_.size() < digits)
    return std::nullopt;
  char32_t code = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    const char c = rest_[i];
    const bool upper = c >= 'A' && c <= 'F';
    if (!is_digit(c) && !upper && !(c >= 'a' && c <= 'f'))
      return std::nullopt;
    const int value = is_digit(c) ? c - '0' : c - (upper ? 'A' : 'a') + 10;
    code = code * 16 + static_cast<char32_t>(value);
  }
  rest_.remove_prefix(digits);
  return code;
}

// Behind "\u".
std::optional<char32_t> pattern_translator::read_unicode_escape() {
  if (take("{")) {
    const auto digits = rest_.find('}');
    if (digits == 0 || digits > 8)
      return std::nullopt;
    const auto code = read_hex(digits);
    return code && *code <= last_code_point && take("}") ? code : std::nullopt;
  }
  const auto high = read_hex(4);
  if (!high || *high < 0xD800 || *high > 0xDBFF || !starts("\\u"))
    return high;
  const auto before = rest_;
  rest_.remove_prefix(2);
  const auto low = read_hex(4);
  if (low && *low >= 0xDC00 && *low <= 0xDFFF)
    return 0x10000 + ((*high - 0xD800) << 10) + (*low - 0xDC00);
  rest_ = before;
  return high;
}

// An escape that means one character; sets the problem when there is none.
std::optional<char32_t> pattern_translator::read_character_escape() {
  const auto start = rest_;
  const char letter = rest_[1];
  const auto failed = [&](std::string reason) {
    rest_ = start;
    refuse(std::move(reason));
    return std::optional<char32_t>();
  };
  rest_.remove_prefix(1);
  if (!is_letter(letter) && !is_digit(letter))
    return next_code_point(rest_);
  rest_.remove_prefix(1);
  constexpr std::string_view letters = "fnrtv";
  constexpr std::string_view controls = "\f\n\r\t\v";
  if (const auto index = letters.find(letter); index != std::string_view::npos)
    return static_cast<char32_t>(controls[index]);
  if (letter == '0' && (rest_.empty() || !is_digit(rest_.front())))
    return U'\0';
  if (letter == 'c' && !rest_.empty() && is_letter(rest_.front())) {
    const auto control = static_cast<char32_t>(rest_.front()) % 32;
    rest_.remove_prefix(1);
    return control;
  }
  std::optional<char32_t> code;
  if (letter == 'x')
    code = read_hex(2);
  else if (letter == 'u')
    code = read_unicode_escape();
  if (!code)
    return failed(std::string("'\\") + letter + "' is no escape of ECMA-262");
  if (*code >= 0xD800 && *code <= 0xDFFF)
    return failed("half of a surrogate pair matches no text");
  return code;
}

bool pattern_translator::read_class() {
  rest_.remove_prefix(1);
  const bool negated = take("^");
  can_repeat_ = true;
  if (take("]")) {
    out_ += negated ? "(?s:.)" : R"([^\x{0}-\x{10ffff}])";
    return true;
  }
  out_ += negated ? "[^" : "[";
  while (!take("]")) {
    if (rest_.empty())
      return refuse("it has no closing ']'");
    if (!read_class_part())
      return false;
  }
  out_ += ']';
  return true;
}

bool pattern_translator::read_class_part() {
  std::optional<char32_t> first;
  std::optional<char32_t> last;
  std::string set;
  if (!read_class_atom(first, set))
    return false;
  const bool is_range = starts("-") && rest_.size() > 1 && rest_[1] != ']';
  if (!is_range || !first) {
    first ? append_literal(out_, *first) : void(out_ += set);
    return true;
  }
  rest_.remove_prefix(1);
  if (!read_class_atom(last, set))
    return false;
  append_literal(out_, *first);
  if (!last) { // [a-\d]: three parts
    (out_ += "\\x{2d}").append(set);
    return true;
  }
  if (*last < *first)
    return refuse("a range in brackets is out of order");
  out_ += '-';
  append_literal(out_, *last);
  return true;
}

bool pattern_translator::read_class_atom(std::optional<char32_t>& code, std::string& set) {
  if (rest_.empty())
    return refuse("it has no closing ']'");
  if (rest_.front() == '\\')
    return read_class_escape(code, set);
  code = next_code_point(rest_);
  return true;
}

bool pattern_translator::read_class_escape(std::optional<char32_t>& code, std::string& set) {
  if (rest_.size() < 2)
    return refuse("it ends with a backslash");
  const char letter = rest_[1];
  if (const auto ranges = class_ranges(letter); !ranges.empty()) {
    set = ranges;
    rest_.remove_prefix(2);
    return true;
  }
  if (letter == 'p' || letter == 'P')
    return read_property(set);
  if (letter == 'b') {
    rest_.remove_prefix(2);
    code = U'\b';
    return true;
  }
  code = read_character_escape();
  return code.has_value();
}

} // namespace troupe::protocol::schema
