#include "troupe/protocol/media_type.hpp"

#include "troupe/protocol/ascii.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace troupe::protocol {

namespace {

constexpr std::string_view json_type = "application/json";
constexpr std::string_view sse_type = "text/event-stream";

/// Cuts the part before the next separator off; a separator in a quoted string is none.
std::string_view next_unquoted(std::string_view& rest, char separator) noexcept {
  std::size_t end = 0;
  for (bool quoted = false; end < rest.size(); ++end) {
    const char byte = rest[end];
    if (byte == '"')
      quoted = !quoted;
    else if (byte == '\\' && quoted && end + 1 < rest.size())
      ++end;
    else if (byte == separator && !quoted)
      break;
  }
  const auto part = rest.substr(0, end);
  rest = end < rest.size() ? rest.substr(end + 1) : std::string_view{};
  return ascii::trim(part);
}

struct parameter {
  std::string_view name;
  std::string_view value; ///< without its quotes; escapes stay
};

std::optional<parameter> parse_parameter(std::string_view text) noexcept {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0)
    return std::nullopt;
  parameter result{text.substr(0, equals), text.substr(equals + 1)};
  if (!ascii::all(result.name, ascii::byte_class::token))
    return std::nullopt;
  auto& value = result.value;
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
    value = value.substr(1, value.size() - 2);
  else if (value.empty() || !ascii::all(value, ascii::byte_class::token))
    return std::nullopt;
  return result;
}

/// Whether a quality is over zero; nothing if it is no quality (RFC 9110 §12.4.2).
std::optional<bool> parse_quality(std::string_view text) noexcept {
  if (text.empty() || (text[0] != '0' && text[0] != '1') || (text.size() > 1 && text[1] != '.'))
    return std::nullopt;
  const auto decimals = text.size() > 2 ? text.substr(2) : std::string_view{};
  if (!ascii::all(decimals, ascii::byte_class::digit))
    return std::nullopt;
  const bool fraction = decimals.find_first_not_of('0') != std::string_view::npos;
  if (text[0] == '1' && fraction)
    return std::nullopt;
  return text[0] == '1' || fraction;
}

struct media_range {
  std::string_view type;
  bool wanted = true;          ///< q > 0
  bool has_parameters = false; ///< other than q
};

std::optional<media_range> parse_range(std::string_view element) noexcept {
  media_range result;
  result.type = next_unquoted(element, ';');
  while (!element.empty()) {
    const auto text = next_unquoted(element, ';');
    if (text.empty())
      continue;
    const auto each = parse_parameter(text);
    if (!each)
      return std::nullopt;
    if (!ascii::equals_lower(each->name, "q")) {
      result.has_parameters = true;
      continue;
    }
    const auto wanted = parse_quality(each->value);
    if (!wanted)
      return std::nullopt;
    result.wanted = *wanted;
  }
  return result;
}

/// What the ranges seen so far say about one type.
class verdict {
public:
  explicit verdict(std::string_view type) noexcept : type_(type) {}

  void see(const media_range& range) noexcept {
    const auto weight = specificity(range.type);
    // `application/json;profile=x;q=0` excludes a variant that we do not send anyway.
    if (weight == 0 || (range.has_parameters && !range.wanted))
      return;
    if (weight > weight_)
      wanted_ = range.wanted;
    else if (weight == weight_)
      wanted_ |= range.wanted;
    weight_ = std::max(weight_, weight);
  }

  bool wanted() const noexcept { return wanted_; }

private:
  std::uint8_t specificity(std::string_view range) const noexcept {
    if (ascii::equals_lower(range, type_))
      return 3;
    const auto group = type_.substr(0, type_.find('/') + 1);
    if (range.size() == group.size() + 1 && range.back() == '*' &&
        ascii::equals_lower(range.substr(0, group.size()), group))
      return 2;
    return range == "*/*" ? 1 : 0;
  }

  std::string_view type_;
  std::uint8_t weight_ = 0;
  bool wanted_ = false;
};

/// Hands every range of one line to the verdicts; false if the line holds no element at all.
template<class... Verdicts>
bool see_line(std::string_view line, Verdicts&... verdicts) noexcept {
  bool any = false;
  while (!line.empty()) {
    const auto element = next_unquoted(line, ',');
    if (element.empty())
      continue;
    any = true;
    if (const auto range = parse_range(element))
      (verdicts.see(*range), ...);
  }
  return any;
}

} // namespace

bool accepts(std::string_view accept, std::string_view type) noexcept {
  verdict result{type};
  return !see_line(accept, result) || result.wanted();
}

accept_set evaluate_accept(const http_head& head) noexcept {
  // What the SDKs send; the rest is for the others.
  if (head.accept_count == 1 && head.accept(0) == "application/json, text/event-stream")
    return {true, true};
  verdict json{json_type};
  verdict sse{sse_type};
  bool any = false;
  for (std::size_t i = 0; i < head.accept_count; ++i)
    any |= see_line(head.accept(i), json, sse);
  return any ? accept_set{json.wanted(), sse.wanted()} : accept_set{true, true};
}

bool is_json_content_type(std::string_view content_type) noexcept {
  if (content_type == json_type)
    return true;
  if (!ascii::equals_lower(next_unquoted(content_type, ';'), json_type))
    return false;
  while (!content_type.empty()) {
    const auto text = next_unquoted(content_type, ';');
    if (text.empty())
      continue;
    const auto each = parse_parameter(text);
    if (!each)
      return false;
    if (ascii::equals_lower(each->name, "charset") && !ascii::equals_lower(each->value, "utf-8"))
      return false;
  }
  return true;
}

} // namespace troupe::protocol
