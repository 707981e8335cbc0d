#include "troupe/protocol/uri_template.hpp"

#include "troupe/protocol/percent.hpp"
#include "troupe/protocol/utf8.hpp"

#include <algorithm>
#include <stdexcept>

namespace troupe::protocol {

namespace {

constexpr char literal_kind = 0;
constexpr char simple_kind = ' ';
constexpr std::string_view operators = "+#./;?&";

bool takes_reserved(char kind) {
  return kind == '+' || kind == '#';
}

bool is_name_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.';
}

// How an operator writes its values (RFC 6570, appendix A).
struct expansion_style {
  std::string_view first;
  std::string_view separator;
  bool named = false;
  std::string_view if_empty;
};

expansion_style style_of(char kind) {
  switch (kind) {
  case '#':
    return {"#", ",", false, ""};
  case '.':
    return {".", ".", false, ""};
  case '/':
    return {"/", "/", false, ""};
  case ';':
    return {";", ";", true, ""};
  case '?':
    return {"?", "&", true, "="};
  case '&':
    return {"&", "&", true, "="};
  default:
    return {"", ",", false, ""};
  }
}

void append_encoded(std::string& out, std::string_view value, bool reserved_too) {
  while (!value.empty()) {
    if (reserved_too && percent_byte(value)) {
      out += value.substr(0, 3);
      value.remove_prefix(3);
      continue;
    }
    if (is_unreserved(value[0]) || (reserved_too && is_reserved(value[0])))
      out += value[0];
    else
      append_percent(out, value[0]);
    value.remove_prefix(1);
  }
}

} // namespace

// Reads a template from left to right; stops at the first error.
class uri_template_compiler {
public:
  explicit uri_template_compiler(std::string_view text) : text_(text) {}

  boost::system::result<uri_template, uri_template_error> run() {
    if (text_.empty() || text_.size() > uri_template::max_template_size)
      return uri_template_error{0, "expected 1 to " +
                                       std::to_string(uri_template::max_template_size) + " bytes"};
    while (position_ < text_.size() && !error_) {
      if (text_[position_] == '{')
        read_expression();
      else
        read_literal();
    }
    if (error_)
      return *std::move(error_);
    result_.text_ = text_;
    return std::move(result_);
  }

private:
  using part = uri_template::part;

  void fail(std::size_t position, std::string message) {
    if (!error_)
      error_ = uri_template_error{position, std::move(message)};
  }

  void read_literal() {
    part& literal = result_.parts_.emplace_back();
    while (position_ < text_.size() && text_[position_] != '{') {
      const auto rest = text_.substr(position_);
      const char c = rest[0];
      const auto length = percent_byte(rest) ? 3 : utf8_length(rest);
      if (length == 3 && c == '%')
        literal.literal += rest.substr(0, length);
      else if (length > 1)
        append_encoded(literal.literal, rest.substr(0, length), false);
      else if (is_unreserved(c) || is_reserved(c))
        literal.literal += c;
      else
        return fail(position_, c == '}' ? "'}' without '{'"
                                        : "a character that no URI has: percent-encode it");
      position_ += length;
    }
  }

  void read_expression() {
    const auto start = position_;
    const auto close = text_.find('}', start);
    if (close == std::string_view::npos)
      return fail(start, "'{' without '}'");
    auto body = text_.substr(start + 1, close - start - 1);
    part expression;
    expression.kind = simple_kind;
    if (!body.empty() && operators.find(body[0]) != std::string_view::npos) {
      expression.kind = body[0];
      body.remove_prefix(1);
    } else if (!body.empty() && std::string_view("=,!@|").find(body[0]) != std::string_view::npos) {
      return fail(start + 1, "an operator that RFC 6570 reserves for later");
    }
    read_names(expression, body, close - body.size());
    check_place(expression, start);
    result_.parts_.push_back(std::move(expression));
    position_ = close + 1;
  }

  void read_names(part& expression, std::string_view names, std::size_t position) {
    while (!error_) {
      const auto name = names.substr(0, names.find(','));
      check_name(name, position);
      expression.names.emplace_back(name);
      seen_.push_back(name);
      if (seen_.size() > uri_template::max_variables)
        fail(position, "more than " + std::to_string(uri_template::max_variables) + " variables");
      if (name.size() == names.size())
        return;
      if (expression.kind == simple_kind || takes_reserved(expression.kind))
        return fail(position + name.size(),
                    "several variables here cannot be told apart: write them one by one "
                    "with text between");
      names.remove_prefix(name.size() + 1);
      position += name.size() + 1;
    }
  }

  void check_name(std::string_view name, std::size_t position) {
    if (name.empty())
      return fail(position, "a variable without a name");
    if (name.back() == '*')
      return fail(position,
                  "explode modifiers (*) cannot be matched: name the variables one by one");
    if (name.find(':') != std::string_view::npos)
      return fail(position, "prefix modifiers (:n) cannot be matched: use the whole variable");
    if (!std::all_of(name.begin(), name.end(), is_name_character) || name.front() == '.' ||
        name.back() == '.' || name.find("..") != std::string_view::npos)
      return fail(position, "a variable's name has letters, digits, '_' and single '.' inside");
    if (std::find(seen_.begin(), seen_.end(), name) != seen_.end())
      return fail(position, "the variable '" + std::string(name) + "' appears twice");
  }

  // What may stand directly behind another expression without making it unclear where that one ends.
  void check_place(const part& expression, std::size_t position) {
    if (result_.parts_.empty() || result_.parts_.back().kind == literal_kind)
      return;
    const char before = result_.parts_.back().kind;
    const char here = expression.kind;
    if (here == simple_kind || here == '+')
      return fail(position, "put text between the two expressions: a value could belong to either");
    if (here == before)
      return fail(position, "join the two expressions into one, as in {/a,b}");
    const bool clear = before == '#'                    ? false
                       : before == '?' || before == '&' ? here == '#'
                       : before == '+'                  ? here == '?' || here == '#'
                                                        : true;
    if (!clear)
      fail(position, "the expression before this one has no clear end: put text between, or use "
                     "another operator");
  }

  std::string_view text_;
  std::size_t position_ = 0;
  uri_template result_;
  std::vector<std::string_view> seen_;
  std::optional<uri_template_error> error_;
};

void throw_exception_from_error(const uri_template_error& error, const boost::source_location&) {
  throw std::runtime_error("URI template, byte " + std::to_string(error.position) + ": " +
                           error.message);
}

boost::system::result<uri_template, uri_template_error>
uri_template::compile(std::string_view text) {
  return uri_template_compiler(text).run();
}

std::string uri_template::expand(const uri_variables& values) const {
  std::string out;
  for (const auto& one : parts_) {
    if (one.kind == literal_kind) {
      out += one.literal;
      continue;
    }
    const auto style = style_of(one.kind);
    auto separator = style.first;
    for (const auto& name : one.names) {
      const auto found = std::find_if(values.begin(), values.end(),
                                      [&](const auto& value) { return value.first == name; });
      if (found == values.end())
        continue;
      out += separator;
      separator = style.separator;
      if (style.named) {
        out += name;
        out += found->second.empty() ? style.if_empty : "=";
      }
      append_encoded(out, found->second, takes_reserved(one.kind));
    }
  }
  return out;
}

std::vector<std::string_view> uri_template::names() const {
  std::vector<std::string_view> result;
  for (const auto& one : parts_)
    result.insert(result.end(), one.names.begin(), one.names.end());
  return result;
}

} // namespace troupe::protocol
