#include "troupe/protocol/schema/format_checks.hpp"

#include <cstddef>

namespace troupe::protocol::schema {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Takes `count` digits off; -1 when they are not there.
int take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count)
    return -1;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (!is_digit(text[i]))
      return -1;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, char wanted) {
  if (!text.starts_with(wanted))
    return false;
  text.remove_prefix(1);
  return true;
}

int days_in(int year, int month) {
  constexpr int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && is_leap ? 29 : days[month - 1];
}

bool take_date(std::string_view& text) {
  const int year = take_digits(text, 4);
  if (year < 0 || !take(text, '-'))
    return false;
  const int month = take_digits(text, 2);
  if (month < 1 || month > 12 || !take(text, '-'))
    return false;
  const int day = take_digits(text, 2);
  return day >= 1 && day <= days_in(year, month);
}

// "12:30", as minutes; -1 when it is not there.
int take_hours_and_minutes(std::string_view& text) {
  const int hours = take_digits(text, 2);
  if (hours < 0 || hours > 23 || !take(text, ':'))
    return -1;
  const int minutes = take_digits(text, 2);
  return minutes < 0 || minutes > 59 ? -1 : hours * 60 + minutes;
}

// Takes digits and the letter behind them.
bool take_amount(std::string_view& text, char letter) {
  std::size_t digits = 0;
  while (digits < text.size() && is_digit(text[digits]))
    ++digits;
  if (digits == 0 || digits == text.size() || text[digits] != letter)
    return false;
  text.remove_prefix(digits + 1);
  return true;
}

// Units in their order without a gap: RFC 3339 knows P1Y1D as little as PT1H1S.
bool take_units(std::string_view& text, std::string_view units) {
  bool has_begun = false;
  for (const char unit : units) {
    if (take_amount(text, unit))
      has_begun = true;
    else if (has_begun)
      break;
  }
  return has_begun;
}

} // namespace

bool is_date(std::string_view text) {
  return take_date(text) && text.empty();
}

bool is_time(std::string_view text) {
  const int minutes = take_hours_and_minutes(text);
  if (minutes < 0 || !take(text, ':'))
    return false;
  const int seconds = take_digits(text, 2);
  if (seconds < 0 || seconds > 60)
    return false;
  if (take(text, '.')) {
    if (text.empty() || !is_digit(text[0]))
      return false;
    while (!text.empty() && is_digit(text[0]))
      text.remove_prefix(1);
  }
  int offset = 0;
  if (!take(text, 'Z') && !take(text, 'z')) {
    const bool is_negative = text.starts_with('-');
    if (!take(text, '+') && !take(text, '-'))
      return false;
    offset = take_hours_and_minutes(text);
    if (offset < 0)
      return false;
    offset = is_negative ? -offset : offset;
  }
  constexpr int day = 24 * 60;
  // A leap second ends a day in UTC.
  return text.empty() && (seconds < 60 || (minutes - offset + day) % day == day - 1);
}

bool is_date_time(std::string_view text) {
  return take_date(text) && (take(text, 'T') || take(text, 't')) && is_time(text);
}

bool is_duration(std::string_view text) {
  if (!take(text, 'P'))
    return false;
  auto weeks = text;
  if (take_amount(weeks, 'W'))
    return weeks.empty();
  const bool has_date = take_units(text, "YMD");
  if (!take(text, 'T'))
    return has_date && text.empty();
  return take_units(text, "HMS") && text.empty();
}

} // namespace troupe::protocol::schema
