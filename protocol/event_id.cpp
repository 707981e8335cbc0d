#include "troupe/protocol/event_id.hpp"

#include <array>
#include <charconv>

namespace troupe::protocol {

namespace {

/// A number in the one way that to_chars writes it.
std::optional<std::uint64_t> parse_number(std::string_view text) noexcept {
  if (text.empty() || (text.front() == '0' && text.size() > 1))
    return std::nullopt;
  std::uint64_t result = 0;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, result);
  if (error != std::errc{} || at != end)
    return std::nullopt;
  return result;
}

} // namespace

char* write_event_id(char* at, event_id id) noexcept {
  constexpr std::size_t max_digits = 20;
  at = std::to_chars(at, at + max_digits, id.stream).ptr;
  *at++ = '-';
  return std::to_chars(at, at + max_digits, id.sequence).ptr;
}

void append_event_id(std::string& out, event_id id) {
  std::array<char, max_event_id_bytes> text;
  const char* const end = write_event_id(text.data(), id);
  out.append(text.data(), static_cast<std::size_t>(end - text.data()));
}

std::string to_string(event_id id) {
  std::string result;
  append_event_id(result, id);
  return result;
}

std::optional<event_id> parse_event_id(std::string_view text) noexcept {
  const auto hyphen = text.find('-');
  if (hyphen == std::string_view::npos)
    return std::nullopt;
  const auto stream = parse_number(text.substr(0, hyphen));
  const auto sequence = parse_number(text.substr(hyphen + 1));
  if (!stream || !sequence)
    return std::nullopt;
  return event_id{*stream, *sequence};
}

} // namespace troupe::protocol
