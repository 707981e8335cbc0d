#include "troupe/protocol/schema/format_checks.hpp"
#include "troupe/protocol/utf8.hpp"

#include <algorithm>

namespace troupe::protocol::schema {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool is_label(std::string_view label) {
  const auto is_part = [](char c) { return is_letter(c) || is_digit(c) || c == '-'; };
  return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(), is_part);
}

// Groups of hexadecimal digits between colons, the last perhaps an IPv4 address. Counts 16 bits
// each; -1 when they are malformed.
int count_groups(std::string_view text, bool may_end_with_ipv4) {
  if (text.empty())
    return 0;
  for (int count = 0;;) {
    const auto end = text.find(':');
    const auto group = text.substr(0, end);
    const bool is_last = end == std::string_view::npos;
    if (is_last && may_end_with_ipv4 && is_ipv4(group))
      return count + 2;
    if (group.empty() || group.size() > 4 || !std::all_of(group.begin(), group.end(), is_hex))
      return -1;
    ++count;
    if (is_last)
      return count;
    text.remove_prefix(end + 1);
  }
}

bool is_atom_part(char c) {
  constexpr std::string_view others = "!#$%&'*+-/=?^_`{|}~";
  return is_letter(c) || is_digit(c) || others.find(c) != std::string_view::npos;
}

bool is_international(char c) {
  return static_cast<unsigned char>(c) >= 0x80;
}

// RFC 5321, 4.1.2: a quoted string; any printable character, some behind a backslash.
bool is_quoted(std::string_view text, bool international) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"')
    return false;
  text = text.substr(1, text.size() - 2);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && ++i == text.size())
      return false;
    const bool is_plain = text[i] >= 0x20 && text[i] < 0x7F;
    if (!is_plain && !(international && is_international(text[i])))
      return false;
    if (text[i] == '"' && (i == 0 || text[i - 1] != '\\'))
      return false;
  }
  return true;
}

bool is_dotted_atom(std::string_view text, bool international) {
  bool is_start = true;
  for (const char c : text) {
    const bool is_part = is_atom_part(c) || (international && is_international(c));
    if (!is_part && (c != '.' || is_start))
      return false;
    is_start = c == '.';
  }
  return !is_start;
}

bool is_mail_domain(std::string_view domain, bool international) {
  if (!domain.starts_with('['))
    return international ? is_idn_hostname(domain) : is_hostname(domain);
  if (!domain.ends_with(']'))
    return false;
  domain = domain.substr(1, domain.size() - 2);
  return domain.starts_with("IPv6:") ? is_ipv6(domain.substr(5)) : is_ipv4(domain);
}

bool is_address(std::string_view text, bool international) {
  const auto at = text.rfind('@');
  if (at == std::string_view::npos || !is_utf8(text))
    return false;
  const auto local = text.substr(0, at);
  return (is_dotted_atom(local, international) || is_quoted(local, international)) &&
         is_mail_domain(text.substr(at + 1), international);
}

} // namespace

bool is_hostname(std::string_view text) {
  if (text.size() > 253)
    return false;
  for (;;) {
    const auto end = text.find('.');
    const auto label = text.substr(0, end);
    const bool is_encoded = label.size() > 3 && label.substr(2, 2) == "--";
    // What looks encoded must be (RFC 5891, 4.2.3.1).
    if (!is_label(label) || (is_encoded && !is_idn_hostname(label)))
      return false;
    if (end == std::string_view::npos)
      return true;
    text.remove_prefix(end + 1);
  }
}

bool is_ipv4(std::string_view text) {
  for (int part = 0; part < 4; ++part) {
    std::size_t digits = 0;
    int value = 0;
    while (digits < text.size() && digits < 4 && is_digit(text[digits]))
      value = value * 10 + (text[digits++] - '0');
    if (digits == 0 || digits > 3 || value > 255 || (digits > 1 && text[0] == '0'))
      return false;
    text.remove_prefix(digits);
    if (part < 3) {
      if (!text.starts_with('.'))
        return false;
      text.remove_prefix(1);
    }
  }
  return text.empty();
}

bool is_ipv6(std::string_view text) {
  const auto gap = text.find("::");
  if (gap == std::string_view::npos)
    return count_groups(text, true) == 8;
  const int before = count_groups(text.substr(0, gap), false);
  const int behind = count_groups(text.substr(gap + 2), true);
  return before >= 0 && behind >= 0 && before + behind <= 7;
}

bool is_email(std::string_view text) {
  return is_address(text, false);
}

bool is_idn_email(std::string_view text) {
  return is_address(text, true);
}

} // namespace troupe::protocol::schema
