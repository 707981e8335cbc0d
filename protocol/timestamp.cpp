#include "troupe/protocol/timestamp.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace troupe::protocol {

namespace {

constexpr std::int64_t first_ms = -62'167'219'200'000; // 0000-01-01T00:00:00.000Z
constexpr std::int64_t last_ms = 253'402'300'799'999;  // 9999-12-31T23:59:59.999Z

void append_digits(std::string& out, std::int64_t number, std::size_t count) {
  const auto end = out.size() + count;
  out.resize(end);
  for (std::size_t i = 1; i <= count; ++i, number /= 10)
    out[end - i] = static_cast<char>('0' + number % 10);
}

} // namespace

void append_timestamp(std::string& out, std::int64_t unix_ms) {
  using namespace std::chrono;
  const sys_time<milliseconds> time(milliseconds(std::clamp(unix_ms, first_ms, last_ms)));
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  append_digits(out, static_cast<int>(date.year()), 4);
  out += '-';
  append_digits(out, static_cast<unsigned>(date.month()), 2);
  out += '-';
  append_digits(out, static_cast<unsigned>(date.day()), 2);
  out += 'T';
  append_digits(out, clock.hours().count(), 2);
  out += ':';
  append_digits(out, clock.minutes().count(), 2);
  out += ':';
  append_digits(out, clock.seconds().count(), 2);
  out += '.';
  append_digits(out, clock.subseconds().count(), 3);
  out += 'Z';
}

std::string to_timestamp(std::int64_t unix_ms) {
  std::string out;
  append_timestamp(out, unix_ms);
  return out;
}

} // namespace troupe::protocol
