#include "troupe/protocol/http_date.hpp"

#include <algorithm>
#include <chrono>

namespace troupe::protocol {

namespace {

// 9999-12-31T23:59:59Z, the last second whose year has four digits.
constexpr std::int64_t last_second = 253'402'300'799;

char* put_number(char* at, unsigned number, unsigned digits) noexcept {
  for (unsigned i = digits; i-- > 0; number /= 10)
    at[i] = static_cast<char>('0' + number % 10);
  return at + digits;
}

char* put_text(char* at, std::string_view text) noexcept {
  return std::copy(text.begin(), text.end(), at);
}

} // namespace

http_date format_http_date(std::int64_t unix_seconds) noexcept {
  constexpr std::string_view days = "SunMonTueWedThuFriSat";
  constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const auto clamped = std::clamp<std::int64_t>(unix_seconds, 0, last_second);
  const auto day = std::chrono::sys_days{std::chrono::days{static_cast<int>(clamped / 86'400)}};
  const std::chrono::year_month_day date{day};
  const auto second = static_cast<unsigned>(clamped % 86'400);

  http_date result;
  char* at = result.bytes.data();
  at = put_text(at, days.substr(3 * std::chrono::weekday{day}.c_encoding(), 3));
  at = put_text(at, ", ");
  at = put_number(at, static_cast<unsigned>(date.day()), 2);
  at = put_text(at, " ");
  at = put_text(at, months.substr(3 * (static_cast<unsigned>(date.month()) - 1), 3));
  at = put_text(at, " ");
  at = put_number(at, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  at = put_text(at, " ");
  at = put_number(at, second / 3'600, 2);
  at = put_text(at, ":");
  at = put_number(at, second / 60 % 60, 2);
  at = put_text(at, ":");
  at = put_number(at, second % 60, 2);
  put_text(at, " GMT");
  return result;
}

} // namespace troupe::protocol
