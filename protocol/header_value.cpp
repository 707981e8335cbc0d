#include "troupe/protocol/header_value.hpp"

#include "troupe/protocol/ascii.hpp"
#include "troupe/protocol/base64.hpp"
#include "troupe/protocol/utf8.hpp"

#include <algorithm>
#include <stdexcept>

namespace troupe::protocol {

namespace {

constexpr std::string_view prefix = "=?base64?";
constexpr std::string_view suffix = "?=";

bool is_blank(char byte) noexcept {
  return byte == ' ' || byte == '\t';
}

bool is_plain(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char byte) {
    return is_blank(byte) || ascii::is(byte, ascii::byte_class::visible);
  });
}

} // namespace

std::string_view describe(header_value_problem problem) noexcept {
  switch (problem) {
  case header_value_problem::bad_byte:
    return "holds a byte that is not visible ASCII; send the value as =?base64?...?=";
  case header_value_problem::bad_base64:
    return "holds no canonical Base64 with padding between =?base64? and ?=";
  default:
    return "decodes to bytes that are no UTF-8";
  }
}

void throw_exception_from_error(header_value_problem problem, const boost::source_location&) {
  throw std::runtime_error("a header value " + std::string(describe(problem)));
}

bool is_encoded_header_value(std::string_view field) noexcept {
  return field.size() >= prefix.size() + suffix.size() && field.starts_with(prefix) &&
         field.ends_with(suffix);
}

boost::system::result<std::string_view, header_value_problem>
decode_header_value(std::string_view field, std::string& buffer) {
  field = ascii::trim(field);
  if (!is_encoded_header_value(field)) {
    if (!is_plain(field))
      return header_value_problem::bad_byte;
    return field;
  }
  field.remove_prefix(prefix.size());
  field.remove_suffix(suffix.size());
  auto decoded = from_base64(field);
  if (!decoded)
    return header_value_problem::bad_base64;
  if (!is_utf8(*decoded))
    return header_value_problem::bad_utf8;
  buffer = std::move(*decoded);
  return std::string_view(buffer);
}

std::string encode_header_value(std::string_view text) {
  // `=?base64?=`, whose markers overlap, is a literal to us; the specification's wording has clients encode it.
  const bool looks_encoded = text.starts_with(prefix) && text.ends_with(suffix);
  const bool padded = !text.empty() && (is_blank(text.front()) || is_blank(text.back()));
  if (is_plain(text) && !looks_encoded && !padded)
    return std::string(text);
  std::string out(prefix);
  append_base64(out, text);
  out += suffix;
  return out;
}

} // namespace troupe::protocol
