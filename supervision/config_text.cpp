#include "troupe/supervision/config_text.hpp"

#include <algorithm>
#include <utility>

#include <boost/json/basic_parser_impl.hpp>

namespace troupe::supervision {
namespace {

namespace json = boost::json;

/// Builds the tree. The parser is fed one byte at a time, so that `here` is the byte that made it
/// call us.
class tree_builder {
public:
  static constexpr std::size_t max_object_size = 10'000;
  static constexpr std::size_t max_array_size = 10'000;
  static constexpr std::size_t max_key_size = 1024;
  static constexpr std::size_t max_string_size = 1024 * 1024;

  text_position here;
  located_text tree;

  bool on_document_begin(boost::system::error_code&) { return true; }
  bool on_document_end(boost::system::error_code&) { return true; }
  bool on_object_begin(boost::system::error_code&) { return open(json::object{}); }
  bool on_object_end(std::size_t, boost::system::error_code&) { return close(); }
  bool on_array_begin(boost::system::error_code&) { return open(json::array{}); }
  bool on_array_end(std::size_t, boost::system::error_code&) { return close(); }

  bool on_key_part(json::string_view part, std::size_t, boost::system::error_code&) {
    return take(part);
  }
  bool on_key(json::string_view part, std::size_t, boost::system::error_code&) {
    take(part);
    key_ = std::exchange(text_, {});
    key_start_ = finish_token();
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t, boost::system::error_code&) {
    return take(part);
  }
  bool on_string(json::string_view part, std::size_t, boost::system::error_code&) {
    take(part);
    const auto text = std::exchange(text_, {});
    return leaf(json::string{text});
  }
  bool on_number_part(json::string_view, boost::system::error_code&) {
    start_token();
    return true;
  }
  bool on_int64(std::int64_t number, json::string_view, boost::system::error_code&) {
    return leaf(number);
  }
  bool on_uint64(std::uint64_t number, json::string_view, boost::system::error_code&) {
    return leaf(number);
  }
  bool on_double(double number, json::string_view, boost::system::error_code&) {
    return leaf(number);
  }
  bool on_bool(bool value, boost::system::error_code&) { return leaf(value); }
  bool on_null(boost::system::error_code&) { return leaf(nullptr); }
  bool on_comment_part(json::string_view, boost::system::error_code&) { return true; }
  bool on_comment(json::string_view, boost::system::error_code&) { return true; }

private:
  bool take(json::string_view part) {
    if (!in_token_) {
      start_token();
      if (token_start_.column > 1) // the quotation mark, which no call announces
        --token_start_.column;
    }
    text_.append(part.data(), part.size());
    return true;
  }

  void start_token() {
    if (!in_token_)
      token_start_ = here;
    in_token_ = true;
  }

  text_position finish_token() {
    start_token();
    in_token_ = false;
    return token_start_;
  }

  /// Adds a value to the container that is open; members are known by the place of their key.
  std::size_t add(json::value value) {
    const auto index = tree.values.size();
    auto where = finish_token();
    if (!open_.empty()) {
      auto& parent = tree.values[open_.back()];
      if (parent.scalar.is_object()) {
        where = key_start_;
        parent.members.push_back({std::move(key_), where, index});
      } else {
        parent.elements.push_back(index);
      }
    }
    tree.values.push_back({where, std::move(value), {}, {}});
    return index;
  }

  bool leaf(json::value value) {
    add(std::move(value));
    return true;
  }
  bool open(json::value empty) {
    open_.push_back(add(std::move(empty)));
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  std::vector<std::size_t> open_;
  std::string text_;
  std::string key_;
  text_position key_start_;
  text_position token_start_;
  bool in_token_ = false;
};

void advance(text_position& where, char byte) {
  if (byte == '\n')
    where = {where.line + 1, 1};
  else
    ++where.column;
}

/// Comments become spaces, so that positions stay; Boost 1.81 loses track of a comment that it is fed
/// in pieces. An unfinished comment is left for the parser to refuse.
std::string without_comments(std::string_view text) {
  std::string result{text};
  bool in_string = false;
  for (std::size_t at = 0; at < result.size(); ++at) {
    if (in_string && result[at] == '\\')
      ++at;
    else if (result[at] == '"')
      in_string = !in_string;
    else if (!in_string && result[at] == '/') {
      const bool line = text.substr(at).starts_with("//");
      if (!line && !text.substr(at).starts_with("/*"))
        continue;
      auto end = line ? text.find('\n', at) : text.find("*/", at + 2);
      if (end == text.npos && !line)
        return result;
      end = line ? std::min(end, text.size()) : end + 2;
      for (; at < end; ++at)
        if (result[at] != '\n')
          result[at] = ' ';
      --at;
    }
  }
  return result;
}

std::string describe(const boost::system::error_code& failure, char byte) {
  if (failure == json::error::syntax && byte > ' ' && byte < 127)
    return std::string{"unexpected '"} + byte + '\'';
  if (failure == json::error::syntax)
    return "unexpected line end or control character; within a string, write \\n";
  if (failure == json::error::incomplete)
    return "the text ends too early: a bracket, a quotation mark or the value itself is missing";
  return failure.message();
}

bool is_space(char byte) {
  return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

} // namespace

std::variant<located_text, syntax_error> parse_config_text(std::string_view text) {
  json::parse_options options;
  options.allow_trailing_commas = true;
  json::basic_parser<tree_builder> parser{options};
  auto& builder = parser.handler();
  for (const char& byte : without_comments(text)) {
    boost::system::error_code failure;
    if (!parser.done())
      parser.write_some(true, &byte, 1, failure);
    else if (!is_space(byte))
      failure = json::error::syntax;
    if (failure)
      return syntax_error{builder.here, describe(failure, byte)};
    advance(builder.here, byte);
  }
  boost::system::error_code failure;
  if (!parser.done())
    parser.write_some(false, text.data(), 0, failure);
  if (failure)
    return syntax_error{builder.here, describe(failure, 0)};
  return std::move(builder.tree);
}

} // namespace troupe::supervision
