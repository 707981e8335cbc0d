#include "troupe/protocol/schema/pattern.hpp"

#include "troupe/protocol/schema/code_points.hpp"
#include "troupe/protocol/schema/pattern_escape.hpp"
#include "troupe/protocol/schema/pattern_translator.hpp"
#include "troupe/protocol/utf8.hpp"

#include <re2/re2.h>

#include <stdexcept>

namespace troupe::protocol::schema {

namespace {

constexpr std::size_t max_groups = 200;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

re2::RE2::Options make_options() {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_never_capture(true);
  options.set_max_mem(1 << 20);
  return options;
}

} // namespace

boost::system::result<std::string, pattern_problem> pattern_translator::run() {
  if (!read_all())
    return std::move(*problem_);
  return std::move(out_);
}

bool pattern_translator::read_all() {
  while (!rest_.empty())
    if (!read_one())
      return false;
  return groups_ == 0 || refuse("it has no closing ')'");
}

bool pattern_translator::read_one() {
  switch (rest_.front()) {
  case '(':
    return open_group();
  case ')':
    return close_group();
  case '[':
    return read_class();
  case '\\':
    return read_escape();
  case '*':
  case '+':
  case '?':
    return read_quantifier();
  case '{':
    return read_brace();
  default:
    break;
  }
  const char first = rest_.front();
  const bool is_operator = first == '|' || first == '^' || first == '$' || first == '.';
  if (!is_operator) {
    append_literal(out_, next_code_point(rest_));
    can_repeat_ = true;
    return true;
  }
  rest_.remove_prefix(1);
  can_repeat_ = first == '.';
  out_ += first == '^'   ? "\\A"
          : first == '$' ? "\\z"
          : first == '.' ? "[^\\n\\r\\x{2028}\\x{2029}]"
                         : "|";
  return true;
}

bool pattern_translator::open_group() {
  if (starts("(?=") || starts("(?!"))
    return refuse("look-ahead cannot be run in linear time", true);
  if (starts("(?<=") || starts("(?<!"))
    return refuse("look-behind cannot be run in linear time", true);
  if (take("(?<")) {
    const auto end = rest_.find('>');
    if (end == std::string_view::npos || end == 0)
      return refuse("a group's name has no end");
    rest_.remove_prefix(end + 1);
  } else if (!take("(?:")) {
    if (starts("(?"))
      return refuse("'(?' is followed by what ECMA-262 does not know");
    rest_.remove_prefix(1);
  }
  if (++groups_ > max_groups)
    return refuse("it has too many groups in each other", true);
  out_ += "(?:";
  can_repeat_ = false;
  return true;
}

bool pattern_translator::close_group() {
  if (groups_ == 0)
    return refuse("it closes a group that is not open");
  --groups_;
  rest_.remove_prefix(1);
  out_ += ')';
  can_repeat_ = true;
  return true;
}

bool pattern_translator::read_quantifier() {
  if (!can_repeat_)
    return refuse("there is nothing to repeat");
  out_ += rest_.front();
  rest_.remove_prefix(1);
  if (take("?"))
    out_ += '?';
  can_repeat_ = false;
  return true;
}

// {2} {2,} {2,5}; any other brace is a character, as in ECMA-262 without the unicode flag.
bool pattern_translator::read_brace() {
  std::size_t at = 1;
  const auto read_digits = [&] {
    const auto start = at;
    while (at < rest_.size() && is_digit(rest_[at]))
      ++at;
    return at > start;
  };
  bool valid = read_digits();
  if (valid && at < rest_.size() && rest_[at] == ',') {
    ++at;
    read_digits();
  }
  valid = valid && at < rest_.size() && rest_[at] == '}';
  if (!valid) {
    append_literal(out_, next_code_point(rest_));
    can_repeat_ = true;
    return true;
  }
  if (!can_repeat_)
    return refuse("there is nothing to repeat");
  out_ += rest_.substr(0, at + 1);
  rest_.remove_prefix(at + 1);
  if (take("?"))
    out_ += '?';
  can_repeat_ = false;
  return true;
}

bool pattern_translator::read_escape() {
  if (rest_.size() < 2)
    return refuse("it ends with a backslash");
  const char letter = rest_[1];
  can_repeat_ = true;
  if (letter == 'b' || letter == 'B') {
    out_ += rest_.substr(0, 2);
    rest_.remove_prefix(2);
    can_repeat_ = false;
    return true;
  }
  if ((letter >= '1' && letter <= '9') || letter == 'k')
    return refuse("back-references cannot be run in linear time", true);
  std::optional<char32_t> code;
  std::string set;
  if (!read_class_escape(code, set))
    return false;
  if (code)
    append_literal(out_, *code);
  else
    (out_ += '[').append(set) += ']';
  return true;
}

void throw_exception_from_error(const pattern_problem& problem, const boost::source_location&) {
  throw std::invalid_argument(problem.reason);
}

boost::system::result<std::string, pattern_problem> translate_pattern(std::string_view pattern) {
  if (pattern.size() > max_pattern_size)
    return pattern_problem{0, "it is longer than 4096 bytes", true};
  if (!is_utf8(pattern))
    return pattern_problem{0, "it is not UTF-8", false};
  return pattern_translator(pattern).run();
}

boost::system::result<compiled_pattern, pattern_problem> compile_pattern(std::string_view pattern) {
  auto translated = translate_pattern(pattern);
  if (!translated)
    return translated.error();
  auto compiled = std::make_shared<const re2::RE2>(*translated, make_options());
  if (!compiled->ok())
    return pattern_problem{0, "RE2 cannot run it: " + compiled->error(), true};
  return compiled_pattern(std::move(compiled));
}

bool finds(const re2::RE2& pattern, std::string_view text) {
  const re2::StringPiece piece(text.data(), text.size());
  return pattern.Match(piece, 0, text.size(), re2::RE2::UNANCHORED, nullptr, 0);
}

bool is_ecma_pattern(std::string_view pattern) {
  const auto translated = translate_pattern(pattern);
  return translated || translated.error().is_unsupported;
}

} // namespace troupe::protocol::schema
