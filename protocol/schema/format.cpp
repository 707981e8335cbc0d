#include "troupe/protocol/schema/format.hpp"

#include "troupe/protocol/schema/format_checks.hpp"
#include "troupe/protocol/schema/pattern.hpp"
#include "troupe/protocol/schema/pointer.hpp"

#include <string>

namespace troupe::protocol::schema {

namespace {

constexpr format formats[] = {
    {"date", "a date such as 2026-01-31", is_date},
    {"date-time", "a date and time such as 2026-01-31T12:00:00Z", is_date_time},
    {"duration", "a duration such as P1DT12H", is_duration},
    {"email", "an e-mail address", is_email},
    {"hostname", "a host name", is_hostname},
    {"idn-email", "an e-mail address", is_idn_email},
    {"idn-hostname", "a host name", is_idn_hostname},
    {"ipv4", "an IPv4 address", is_ipv4},
    {"ipv6", "an IPv6 address", is_ipv6},
    {"iri", "an absolute IRI", is_iri},
    {"iri-reference", "an IRI, absolute or relative", is_iri_reference},
    {"json-pointer", "a JSON Pointer such as /a/0", is_json_pointer},
    {"regex", "a regular expression of ECMA-262", is_ecma_pattern},
    {"relative-json-pointer", "a relative JSON Pointer such as 1/a", is_relative_json_pointer},
    {"time", "a time with offset such as 12:00:00Z", is_time},
    {"uri", "an absolute URI", is_uri},
    {"uri-reference", "a URI, absolute or relative", is_uri_reference},
    {"uri-template", "a URI template of RFC 6570", is_uri_template},
    {"uuid", "a UUID", is_uuid},
};

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

} // namespace

const format* find_format(std::string_view name) {
  for (const auto& each : formats)
    if (each.name == name)
      return &each;
  return nullptr;
}

bool is_uuid(std::string_view text) {
  constexpr std::string_view shape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  if (text.size() != shape.size())
    return false;
  for (std::size_t i = 0; i < shape.size(); ++i)
    if (shape[i] == '-' ? text[i] != '-' : !is_hex(text[i]))
      return false;
  return true;
}

bool is_json_pointer(std::string_view text) {
  std::string token;
  while (!text.empty())
    if (!next_token(text, token))
      return false;
  return true;
}

bool is_relative_json_pointer(std::string_view text) {
  std::size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9')
    ++digits;
  if (digits == 0 || (digits > 1 && text[0] == '0'))
    return false;
  text.remove_prefix(digits);
  return text == "#" || is_json_pointer(text);
}

} // namespace troupe::protocol::schema
