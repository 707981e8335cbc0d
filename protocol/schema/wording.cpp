#include "troupe/protocol/schema/wording.hpp"

#include "troupe/protocol/schema/program.hpp"
#include "troupe/protocol/utf8.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <utility>

namespace troupe::protocol::schema {

namespace {

constexpr std::size_t longest_quote = 60;
constexpr std::size_t longest_word = 40;
constexpr std::size_t most_known = 12;

// Levenshtein's distance of two short words.
std::size_t distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> row(right.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < left.size(); ++i) {
    auto diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t k = 0; k < right.size(); ++k) {
      const auto replaced = diagonal + (left[i] == right[k] ? 0 : 1);
      diagonal = row[k + 1];
      row[k + 1] = std::min({replaced, row[k] + 1, diagonal + 1});
    }
  }
  return row.back();
}

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& known) {
  std::string_view best;
  auto least = std::min<std::size_t>(word.size() / 3 + 1, 3) + 1;
  for (const auto each : known) {
    if (each.size() > longest_word)
      continue;
    const auto found = distance(word, each);
    if (found < least && found < each.size()) {
      least = found;
      best = each;
    }
  }
  return best;
}

} // namespace

std::string quote(std::string_view text) {
  const auto shown = utf8_prefix(text, longest_quote);
  auto quoted = json::serialize(json::value(json::string_view(shown.data(), shown.size())));
  if (shown.size() < text.size())
    quoted.insert(quoted.size() - 1, "…");
  return quoted;
}

std::string describe(const json::value& value) {
  switch (value.kind()) {
  case json::kind::string:
    return quote(value.get_string());
  case json::kind::array:
    return value.get_array().empty()
               ? "an empty array"
               : "an array of " + count_of(value.get_array().size(), "item", "items");
  case json::kind::object:
    return value.get_object().empty() ? "an empty object" : "an object";
  case json::kind::double_: {
    char text[40];
    const auto end = std::to_chars(text, text + sizeof text, value.get_double()).ptr;
    return {text, end};
  }
  default:
    return json::serialize(value);
  }
}

std::string describe_types(std::uint64_t type_bits) {
  constexpr std::pair<std::uint64_t, std::string_view> names[] = {
      {type_bit::string, "a string"},    {type_bit::number, "a number"},
      {type_bit::integer, "an integer"}, {type_bit::boolean, "true or false"},
      {type_bit::array, "an array"},     {type_bit::object, "an object"},
      {type_bit::null, "null"}};
  std::string text;
  for (const auto& [bit, name] : names)
    if ((type_bits & bit) != 0)
      text.append(text.empty() ? "" : " or ").append(name);
  return text;
}

std::string count_of(std::uint64_t count, std::string_view singular, std::string_view plural) {
  return std::to_string(count).append(" ").append(count == 1 ? singular : plural);
}

std::string suggest(std::string_view word, const std::vector<std::string_view>& known) {
  if (word.size() <= longest_word)
    if (const auto near = nearest(word, known); !near.empty())
      return "; did you mean " + quote(near) + "?";
  if (known.empty() || known.size() > most_known)
    return {};
  std::string text = known.size() == 1 ? "; only " : "; known are ";
  for (std::size_t i = 0; i < known.size(); ++i)
    text.append(i == 0 ? "" : ", ").append(quote(known[i]));
  return known.size() == 1 ? text + " is known" : text;
}

} // namespace troupe::protocol::schema
