#include "troupe/protocol/percent.hpp"
#include "troupe/protocol/schema/code_points.hpp"
#include "troupe/protocol/schema/format_checks.hpp"
#include "troupe/protocol/schema/uri.hpp"
#include "troupe/protocol/utf8.hpp"

#include <algorithm>

namespace troupe::protocol::schema {

namespace {

constexpr std::string_view sub_delimiters = "!$&'()*+,;=";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_between(char32_t code, char32_t first, char32_t last) {
  return code >= first && code <= last;
}

// RFC 3987, ucschar.
bool is_international(char32_t code) {
  if (code >= 0x10000)
    return code < 0xF0000 && (code & 0xFFFF) < 0xFFFE && !is_between(code, 0xE0000, 0xE0FFF);
  return is_between(code, 0xA0, 0xD7FF) || is_between(code, 0xF900, 0xFDCF) ||
         is_between(code, 0xFDF0, 0xFFEF);
}

bool is_private(char32_t code) {
  return is_between(code, 0xE000, 0xF8FF) ||
         (is_between(code, 0xF0000, 0x10FFFF) && (code & 0xFFFF) < 0xFFFE);
}

struct alphabet {
  std::string_view others;
  bool international = false;
  bool private_use = false;
};

// Unreserved and percent-encoded characters, sub-delimiters, and the alphabet's others.
bool consists_of(std::string_view text, const alphabet& allowed) {
  while (!text.empty()) {
    const char first = text.front();
    if (percent_byte(text)) {
      text.remove_prefix(3);
    } else if (is_unreserved(first) || sub_delimiters.find(first) != std::string_view::npos ||
               allowed.others.find(first) != std::string_view::npos) {
      text.remove_prefix(1);
    } else {
      const auto code = next_code_point(text);
      if (!(allowed.international && is_international(code)) &&
          !(allowed.private_use && is_private(code)))
        return false;
    }
  }
  return true;
}

// "v1.x" in brackets (RFC 3986, 3.2.2).
bool is_future_address(std::string_view text) {
  const auto dot = text.find('.');
  if (text.size() < 4 || (text[0] != 'v' && text[0] != 'V') || dot == std::string_view::npos ||
      dot < 2 || dot + 1 == text.size())
    return false;
  const auto is_hex = [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  const auto version = text.substr(1, dot - 1);
  return std::all_of(version.begin(), version.end(), is_hex) &&
         text.find('%') == std::string_view::npos && consists_of(text.substr(dot + 1), {":"});
}

bool is_authority(std::string_view text, bool international) {
  if (const auto at = text.find('@'); at != std::string_view::npos) {
    if (!consists_of(text.substr(0, at), {":", international}))
      return false;
    text.remove_prefix(at + 1);
  }
  auto host_end = text.rfind(':');
  if (const auto bracket = text.rfind(']'); bracket != std::string_view::npos)
    host_end = bracket + 1 < text.size() ? bracket + 1 : std::string_view::npos;
  const auto host = text.substr(0, host_end);
  if (host_end != std::string_view::npos) {
    const auto port = text.substr(host_end);
    if (port[0] != ':' || !std::all_of(port.begin() + 1, port.end(), is_digit))
      return false;
  }
  if (!host.starts_with('['))
    return consists_of(host, {"", international});
  const auto address = host.substr(1, host.size() - 2);
  return host.ends_with(']') && (is_ipv6(address) || is_future_address(address));
}

bool is_reference(std::string_view text, bool international, bool needs_scheme) {
  if (!is_utf8(text))
    return false;
  const auto parts = split_uri(text);
  if (needs_scheme && !parts.scheme)
    return false;
  // Without a scheme, a colon in the first segment would be read as the end of one.
  if (!parts.scheme && !parts.authority &&
      parts.path.substr(0, parts.path.find('/')).find(':') != std::string_view::npos)
    return false;
  return (!parts.authority || is_authority(*parts.authority, international)) &&
         consists_of(parts.path, {":@/", international}) &&
         (!parts.query || consists_of(*parts.query, {":@/?", international, international})) &&
         (!parts.fragment || consists_of(*parts.fragment, {":@/?", international}));
}

bool is_variable(std::string_view text) {
  if (text.ends_with('*')) {
    text.remove_suffix(1);
  } else if (const auto colon = text.find(':'); colon != std::string_view::npos) {
    const auto length = text.substr(colon + 1);
    if (length.empty() || length.size() > 4 || length[0] == '0' ||
        !std::all_of(length.begin(), length.end(), is_digit))
      return false;
    text = text.substr(0, colon);
  }
  if (text.empty() || text.front() == '.' || text.back() == '.' ||
      text.find("..") != std::string_view::npos)
    return false;
  while (!text.empty()) {
    const char c = text.front();
    const bool is_part = c == '.' || c == '_' || (is_unreserved(c) && c != '-' && c != '~');
    if (!is_part && !percent_byte(text))
      return false;
    text.remove_prefix(is_part ? 1 : 3);
  }
  return true;
}

// What stands between braces.
bool is_expression(std::string_view text) {
  constexpr std::string_view operators = "+#./;?&=,!@|";
  if (!text.empty() && operators.find(text.front()) != std::string_view::npos)
    text.remove_prefix(1);
  for (;;) {
    const auto comma = text.find(',');
    if (!is_variable(text.substr(0, comma)))
      return false;
    if (comma == std::string_view::npos)
      return true;
    text.remove_prefix(comma + 1);
  }
}

} // namespace

bool is_uri(std::string_view text) {
  return is_reference(text, false, true);
}

bool is_uri_reference(std::string_view text) {
  return is_reference(text, false, false);
}

bool is_iri(std::string_view text) {
  return is_reference(text, true, true);
}

bool is_iri_reference(std::string_view text) {
  return is_reference(text, true, false);
}

bool is_uri_template(std::string_view text) {
  constexpr std::string_view forbidden = "\"'%<>\\^`{|}";
  if (!is_utf8(text))
    return false;
  while (!text.empty()) {
    if (text.front() == '{') {
      const auto end = text.find('}');
      if (end == std::string_view::npos || !is_expression(text.substr(1, end - 1)))
        return false;
      text.remove_prefix(end + 1);
    } else if (percent_byte(text)) {
      text.remove_prefix(3);
    } else {
      const char c = text.front();
      const auto code = next_code_point(text);
      const bool is_visible = code > 0x20 && code != 0x7F;
      if (!is_visible || (code < 0x80 && forbidden.find(c) != std::string_view::npos) ||
          (code >= 0x80 && !is_international(code) && !is_private(code)))
        return false;
    }
  }
  return true;
}

} // namespace troupe::protocol::schema
