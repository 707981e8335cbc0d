#include "troupe/protocol/trace_context.hpp"

#include "troupe/protocol/ascii.hpp"
#include "troupe/protocol/member.hpp"

#include <algorithm>
#include <array>

namespace troupe::protocol {

namespace {

// 00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01
constexpr std::size_t trace_id_at = 3;
constexpr std::size_t trace_id_size = 32;
constexpr std::size_t parent_id_at = 36;
constexpr std::size_t parent_id_size = 16;
constexpr std::size_t flags_at = 53;
constexpr std::size_t first_version_size = 55;

constexpr std::size_t max_state_members = 32;
constexpr std::size_t max_state_value = 256;
constexpr std::size_t max_baggage_members = 64;
constexpr std::size_t max_baggage_size = 8192;

bool is_lower_hex(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

bool all_lower_hex(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), is_lower_hex);
}

// An id of zeros alone says that there is none.
bool is_id(std::string_view text) noexcept {
  return all_lower_hex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

bool is_lower_or_digit(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool all_state_key_characters(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return is_lower_or_digit(c) || c == '_' || c == '-' || c == '*' || c == '/';
  });
}

// `vendor`, or `tenant@vendor` where the tenant may start with a digit.
bool is_state_key(std::string_view key) noexcept {
  constexpr std::size_t max_key = 256;
  constexpr std::size_t max_tenant = 241;
  constexpr std::size_t max_system = 14;
  const auto starts_with_letter = [](std::string_view text) {
    return !text.empty() && text.front() >= 'a' && text.front() <= 'z';
  };
  const auto at = key.find('@');
  if (at == std::string_view::npos)
    return key.size() <= max_key && starts_with_letter(key) && all_state_key_characters(key);
  const auto tenant = key.substr(0, at);
  const auto system = key.substr(at + 1);
  return !tenant.empty() && tenant.size() <= max_tenant && is_lower_or_digit(tenant.front()) &&
         all_state_key_characters(tenant) && system.size() <= max_system &&
         starts_with_letter(system) && all_state_key_characters(system);
}

bool is_state_value(std::string_view value) noexcept {
  const auto allowed = [](char c) { return c >= ' ' && c <= '~' && c != ',' && c != '='; };
  return !value.empty() && value.size() <= max_state_value && value.back() != ' ' &&
         std::all_of(value.begin(), value.end(), allowed);
}

bool is_baggage_value(std::string_view value) noexcept {
  return std::all_of(value.begin(), value.end(), [](char c) {
    return ascii::is(c, ascii::byte_class::visible) && c != '"' && c != ',' && c != ';' &&
           c != '\\';
  });
}

bool is_token(std::string_view text) noexcept {
  return !text.empty() && ascii::all(text, ascii::byte_class::token);
}

// A property may be a key alone, a member may not.
bool is_baggage_pair(std::string_view text, bool value_required) noexcept {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos)
    return !value_required && is_token(text);
  return is_token(ascii::trim(text.substr(0, equals))) &&
         is_baggage_value(ascii::trim(text.substr(equals + 1)));
}

bool is_baggage_member(std::string_view member) noexcept {
  bool first = true;
  const bool unfinished = member.ends_with(';');
  while (!member.empty()) {
    if (!is_baggage_pair(ascii::next_part(member, ';'), first))
      return false;
    first = false;
  }
  return !first && !unfinished;
}

std::string_view text_member(const json::object& object, std::string_view name) noexcept {
  const auto* text = find_string(object, name);
  return text != nullptr ? std::string_view(*text) : std::string_view();
}

} // namespace

bool is_traceparent(std::string_view text) noexcept {
  if (text.size() < first_version_size)
    return false;
  const auto version = text.substr(0, 2);
  if (!all_lower_hex(version) || version == "ff")
    return false;
  if (text.size() > first_version_size && (version == "00" || text[first_version_size] != '-'))
    return false;
  // What a later version appends is unknown; it must not be able to leave a line of text.
  if (!ascii::all(text, ascii::byte_class::visible))
    return false;
  return text[trace_id_at - 1] == '-' && text[parent_id_at - 1] == '-' &&
         text[flags_at - 1] == '-' && is_id(text.substr(trace_id_at, trace_id_size)) &&
         is_id(text.substr(parent_id_at, parent_id_size)) &&
         all_lower_hex(text.substr(flags_at, 2));
}

bool is_tracestate(std::string_view text) noexcept {
  std::array<std::string_view, max_state_members> keys;
  std::size_t count = 0;
  while (!text.empty()) {
    const auto member = ascii::next_part(text, ',');
    if (member.empty())
      continue;
    const auto equals = member.find('=');
    if (equals == std::string_view::npos || count == keys.size())
      return false;
    const auto key = member.substr(0, equals);
    if (!is_state_key(key) || !is_state_value(member.substr(equals + 1)))
      return false;
    if (std::find(keys.begin(), keys.begin() + count, key) != keys.begin() + count)
      return false;
    keys[count++] = key;
  }
  return count > 0;
}

bool is_baggage(std::string_view text) noexcept {
  if (text.size() > max_baggage_size || text.ends_with(','))
    return false;
  std::size_t count = 0;
  while (!text.empty()) {
    if (++count > max_baggage_members || !is_baggage_member(ascii::next_part(text, ',')))
      return false;
  }
  return count > 0;
}

std::string_view trace_context::trace_id() const noexcept {
  return traceparent.empty() ? traceparent : traceparent.substr(trace_id_at, trace_id_size);
}

std::string_view trace_context::parent_id() const noexcept {
  return traceparent.empty() ? traceparent : traceparent.substr(parent_id_at, parent_id_size);
}

bool trace_context::is_sampled() const noexcept {
  if (traceparent.empty())
    return false;
  const char digit = traceparent[flags_at + 1];
  const int bits = digit <= '9' ? digit - '0' : digit - 'a' + 10;
  return bits % 2 == 1;
}

trace_context make_trace_context(std::string_view traceparent, std::string_view tracestate,
                                 std::string_view baggage) noexcept {
  trace_context result;
  if (is_traceparent(traceparent)) {
    result.traceparent = traceparent;
    if (is_tracestate(tracestate))
      result.tracestate = tracestate;
  }
  if (is_baggage(baggage))
    result.baggage = baggage;
  return result;
}

trace_context trace_context_of(const json::object* params) noexcept {
  const auto* meta = params != nullptr ? find_object(*params, "_meta") : nullptr;
  if (meta == nullptr)
    return {};
  return make_trace_context(text_member(*meta, "traceparent"), text_member(*meta, "tracestate"),
                            text_member(*meta, "baggage"));
}

void append_trace_id(std::string& out, const trace_context& context) {
  if (context.traceparent.empty())
    return;
  out += "trace_id=";
  out += context.trace_id();
}

} // namespace troupe::protocol
