#include "troupe/protocol/schema/numbers.hpp"

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

namespace troupe::protocol::schema {

namespace {

__extension__ using uint128 = unsigned __int128;

constexpr double two_63 = 9223372036854775808.0;
constexpr double two_64 = 18446744073709551616.0;

std::partial_ordering compare(double left, std::int64_t right) noexcept {
  if (left >= two_63)
    return std::partial_ordering::greater;
  if (left < -two_63)
    return std::partial_ordering::less;
  if (std::isnan(left))
    return std::partial_ordering::unordered;
  const auto whole = static_cast<std::int64_t>(left);
  if (whole != right)
    return whole <=> right;
  return left - std::trunc(left) <=> 0.0;
}

std::partial_ordering compare(double left, std::uint64_t right) noexcept {
  if (left >= two_64)
    return std::partial_ordering::greater;
  if (left < 0)
    return std::partial_ordering::less;
  if (std::isnan(left))
    return std::partial_ordering::unordered;
  const auto whole = static_cast<std::uint64_t>(left);
  if (whole != right)
    return whole <=> right;
  return left - std::trunc(left) <=> 0.0;
}

std::partial_ordering compare(std::int64_t left, std::uint64_t right) noexcept {
  if (left < 0)
    return std::partial_ordering::less;
  return static_cast<std::uint64_t>(left) <=> right;
}

std::partial_ordering reversed(std::partial_ordering order) noexcept {
  if (std::is_lt(order))
    return std::partial_ordering::greater;
  return std::is_gt(order) ? std::partial_ordering::less : order;
}

// digits * 10^exponent, without sign.
struct decimal {
  std::uint64_t digits = 0;
  int exponent = 0;
};

decimal to_decimal(double number) noexcept {
  char text[40];
  const auto end =
      std::to_chars(text, text + sizeof text, std::fabs(number), std::chars_format::scientific).ptr;
  decimal result;
  int fraction = 0;
  const char* at = text;
  for (bool in_fraction = false; at != end && *at != 'e'; ++at) {
    if (*at == '.') {
      in_fraction = true;
      continue;
    }
    result.digits = result.digits * 10 + static_cast<std::uint64_t>(*at - '0');
    fraction += in_fraction ? 1 : 0;
  }
  if (at != end)
    std::from_chars(at + (at[1] == '+' ? 2 : 1), end, result.exponent);
  result.exponent -= fraction;
  return result;
}

decimal to_decimal(const json::value& number) noexcept {
  if (const auto* integer = number.if_int64()) {
    const auto bits = static_cast<std::uint64_t>(*integer);
    return {*integer < 0 ? ~bits + 1 : bits, 0};
  }
  if (const auto* natural = number.if_uint64())
    return {*natural, 0};
  return to_decimal(number.get_double());
}

std::uint64_t multiply_modulo(std::uint64_t left, std::uint64_t right, std::uint64_t modulus) {
  return static_cast<std::uint64_t>(static_cast<uint128>(left) * right % modulus);
}

std::uint64_t ten_to(int exponent, std::uint64_t modulus) {
  std::uint64_t result = 1 % modulus;
  std::uint64_t square = 10 % modulus;
  for (; exponent > 0; exponent /= 2) {
    if (exponent % 2 == 1)
      result = multiply_modulo(result, square, modulus);
    square = multiply_modulo(square, square, modulus);
  }
  return result;
}

bool divides(const decimal& divisor, const decimal& number) {
  if (number.digits == 0)
    return true;
  const int shift = number.exponent - divisor.exponent;
  if (shift >= 0)
    return multiply_modulo(number.digits % divisor.digits, ten_to(shift, divisor.digits),
                           divisor.digits) == 0;
  uint128 scaled = divisor.digits;
  for (int i = 0; i < -shift; ++i) {
    scaled *= 10;
    if (scaled > number.digits)
      return false;
  }
  return number.digits % static_cast<std::uint64_t>(scaled) == 0;
}

std::uint64_t mix(std::uint64_t bits) noexcept {
  bits ^= bits >> 32;
  bits *= 0xD6E8FEB86659FD93;
  bits ^= bits >> 32;
  bits *= 0xD6E8FEB86659FD93;
  return bits ^ (bits >> 32);
}

} // namespace

bool is_integer(const json::value& number) noexcept {
  const auto* real = number.if_double();
  return real == nullptr || (std::isfinite(*real) && std::trunc(*real) == *real);
}

std::partial_ordering compare_numbers(const json::value& left, const json::value& right) noexcept {
  if (const auto* real = left.if_double()) {
    if (const auto* other = right.if_double())
      return *real <=> *other;
    if (const auto* integer = right.if_int64())
      return compare(*real, *integer);
    return compare(*real, right.get_uint64());
  }
  if (const auto* integer = left.if_int64()) {
    if (const auto* other = right.if_int64())
      return *integer <=> *other;
    if (const auto* natural = right.if_uint64())
      return compare(*integer, *natural);
    return reversed(compare(right.get_double(), *integer));
  }
  const auto natural = left.get_uint64();
  if (const auto* other = right.if_uint64())
    return natural <=> *other;
  if (const auto* integer = right.if_int64())
    return reversed(compare(*integer, natural));
  return reversed(compare(right.get_double(), natural));
}

bool is_multiple_of(const json::value& number, const json::value& divisor) noexcept {
  if (const auto* real = number.if_double(); real != nullptr && !std::isfinite(*real))
    return false;
  const auto by = to_decimal(divisor);
  return by.digits != 0 && divides(by, to_decimal(number));
}

std::uint64_t hash_number(const json::value& number) noexcept {
  if (const auto* integer = number.if_int64())
    return mix(static_cast<std::uint64_t>(*integer));
  if (const auto* natural = number.if_uint64())
    return mix(*natural);
  const double real = number.get_double();
  if (is_integer(number) && real >= -two_63 && real < two_64)
    return mix(real < 0 ? static_cast<std::uint64_t>(static_cast<std::int64_t>(real))
                        : static_cast<std::uint64_t>(real));
  return mix(std::bit_cast<std::uint64_t>(real) + 1);
}

std::optional<std::uint64_t> as_count(const json::value& value) noexcept {
  if (const auto* integer = value.if_int64())
    return *integer < 0 ? std::nullopt
                        : std::optional<std::uint64_t>(static_cast<std::uint64_t>(*integer));
  if (const auto* natural = value.if_uint64())
    return *natural;
  const auto* real = value.if_double();
  if (real == nullptr || *real < 0 || !is_integer(value))
    return std::nullopt;
  return *real >= two_64 ? std::numeric_limits<std::uint64_t>::max()
                         : static_cast<std::uint64_t>(*real);
}

} // namespace troupe::protocol::schema
