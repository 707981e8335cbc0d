#include "troupe/protocol/arguments_digest.hpp"

#include "troupe/protocol/byte_fields.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::protocol {

namespace {

// Every value is one tag and then a text that says its own length, so that no two values have the same bytes.
void append_value(std::string& out, const json::value& value);

std::string_view text_of(const json::string& text) noexcept {
  return {text.data(), text.size()};
}

void append_integer(std::string& out, std::int64_t number) {
  out += number < 0 ? '-' : '+';
  const auto bits = static_cast<std::uint64_t>(number);
  append_u64(out, number < 0 ? std::uint64_t{0} - bits : bits);
}

// A whole number that an integer could hold is written as that integer, exactly.
void append_double(std::string& out, double number) {
  constexpr double two_to_63 = 9223372036854775808.0;
  constexpr double two_to_64 = two_to_63 * 2;
  const bool whole = std::trunc(number) == number;
  if (whole && number >= -two_to_63 && number < two_to_63) {
    append_integer(out, static_cast<std::int64_t>(number));
  } else if (whole && number >= two_to_63 && number < two_to_64) {
    out += '+';
    append_u64(out, static_cast<std::uint64_t>(number));
  } else {
    out += 'd';
    append_u64(out, std::bit_cast<std::uint64_t>(number));
  }
}

void append_array(std::string& out, const json::array& array) {
  out += '[';
  append_u64(out, array.size());
  for (const auto& element : array)
    append_value(out, element);
}

void append_object(std::string& out, const json::object& object) {
  std::vector<const json::key_value_pair*> members;
  members.reserve(object.size());
  for (const auto& member : object)
    members.push_back(&member);
  std::sort(members.begin(), members.end(), [](const auto* left, const auto* right) {
    return std::string_view(left->key()) < std::string_view(right->key());
  });
  out += '{';
  append_u64(out, members.size());
  for (const auto* member : members) {
    append_field(out, member->key());
    append_value(out, member->value());
  }
}

void append_value(std::string& out, const json::value& value) {
  switch (value.kind()) {
  case json::kind::null:
    out += 'n';
    return;
  case json::kind::bool_:
    out += value.get_bool() ? 't' : 'f';
    return;
  case json::kind::int64:
    return append_integer(out, value.get_int64());
  case json::kind::uint64:
    out += '+';
    return append_u64(out, value.get_uint64());
  case json::kind::double_:
    return append_double(out, value.get_double());
  case json::kind::string:
    out += '"';
    return append_field(out, text_of(value.get_string()));
  case json::kind::array:
    return append_array(out, value.get_array());
  case json::kind::object:
    return append_object(out, value.get_object());
  }
}

} // namespace

arguments_digest digest_arguments(const json::object& arguments) {
  std::string bytes;
  append_object(bytes, arguments);
  arguments_digest digest{};
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("OpenSSL's SHA-256 failed");
  return digest;
}

} // namespace troupe::protocol
