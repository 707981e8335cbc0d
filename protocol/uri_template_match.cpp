#include "troupe/protocol/percent.hpp"
#include "troupe/protocol/uri_template.hpp"
#include "troupe/protocol/utf8.hpp"

#include <algorithm>
#include <span>

namespace troupe::protocol {

namespace {

bool is_required(char kind) {
  return kind == ' ' || kind == '+';
}

// The meaning of an encoded value; nothing when it has a character that its expression would have encoded, or
// decodes to something that is no text.
std::optional<std::string> read_value(std::string_view encoded, bool reserved_too) {
  const auto is_allowed = [&](char c) {
    return is_unreserved(c) || c == '%' || (reserved_too && is_reserved(c));
  };
  if (!std::all_of(encoded.begin(), encoded.end(), is_allowed))
    return std::nullopt;
  auto value = percent_decode(encoded);
  if (!value || !is_utf8(*value) || value->find('\0') != std::string::npos)
    return std::nullopt;
  return value;
}

// The values of one expression, by the index of their names.
class expression_reader {
public:
  explicit expression_reader(std::span<const std::string> names)
      : names_(names), values_(names.size()) {}

  bool read(char kind, std::string_view text) {
    if (is_required(kind))
      return !text.empty() && set(0, text, kind == '+');
    if (text.empty())
      return true;
    if (text[0] != kind)
      return false;
    text.remove_prefix(1);
    switch (kind) {
    case '#':
      return set(0, text, true);
    case '/':
      return read_list(text, '/');
    case '.':
      return names_.size() == 1 ? set(0, text, false) : read_list(text, '.');
    case ';':
      return read_pairs(text, ';');
    default:
      return read_pairs(text, '&');
    }
  }

  void move_to(uri_variables& variables) {
    for (std::size_t i = 0; i < names_.size(); ++i)
      if (values_[i])
        variables.emplace_back(names_[i], *std::move(values_[i]));
  }

private:
  bool set(std::size_t index, std::string_view encoded, bool reserved_too) {
    if (index >= values_.size() || values_[index])
      return false;
    values_[index] = read_value(encoded, reserved_too);
    return values_[index].has_value();
  }

  bool read_list(std::string_view text, char separator) {
    for (std::size_t index = 0;; ++index) {
      const auto item = text.substr(0, text.find(separator));
      if (!set(index, item, false))
        return false;
      if (item.size() == text.size())
        return true;
      text.remove_prefix(item.size() + 1);
    }
  }

  bool read_pairs(std::string_view text, char separator) {
    while (true) {
      const auto item = text.substr(0, text.find(separator));
      const auto name = item.substr(0, item.find('='));
      const auto value = item.substr(std::min(item.size(), name.size() + 1));
      const auto found = std::find(names_.begin(), names_.end(), name);
      if (!set(static_cast<std::size_t>(found - names_.begin()), value, false))
        return false;
      if (item.size() == text.size())
        return true;
      text.remove_prefix(item.size() + 1);
    }
  }

  std::span<const std::string> names_;
  std::vector<std::optional<std::string>> values_;
};

} // namespace

// Where the expression at `index`, which starts at `position`, ends.
std::optional<std::size_t> uri_template::expression_end(std::size_t index, std::size_t position,
                                                        std::string_view uri) const {
  const char kind = parts_[index].kind;
  const auto at_least = position + (is_required(kind) ? 1 : 0);
  if (at_least > uri.size())
    return std::nullopt;

  auto next = index + 1;
  std::string following;
  for (; next < parts_.size() && parts_[next].kind != 0; ++next)
    following += parts_[next].kind;

  auto end = uri.size();
  if (next < parts_.size()) {
    const auto& literal = parts_[next].literal;
    const bool is_last = next + 1 == parts_.size();
    end = is_last ? uri.rfind(literal) : uri.find(literal, at_least);
    if (end == std::string_view::npos || end < at_least ||
        (is_last && end + literal.size() != uri.size()))
      return std::nullopt;
  }
  const auto own = at_least == position && position < uri.size() && uri[position] == kind ? 1U : 0U;
  return std::min(end, uri.find_first_of(following, at_least + own));
}

std::optional<uri_variables> uri_template::match(std::string_view uri) const {
  if (uri.size() > max_uri_size)
    return std::nullopt;
  uri_variables variables;
  std::size_t position = 0;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const auto& one = parts_[i];
    if (one.kind == 0) {
      if (!uri.substr(position).starts_with(one.literal))
        return std::nullopt;
      position += one.literal.size();
      continue;
    }
    const auto end = expression_end(i, position, uri);
    expression_reader reader(one.names);
    if (!end || !reader.read(one.kind, uri.substr(position, *end - position)))
      return std::nullopt;
    reader.move_to(variables);
    position = *end;
  }
  if (position != uri.size())
    return std::nullopt;
  return variables;
}

} // namespace troupe::protocol
