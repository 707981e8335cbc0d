// JSON numbers as mathematics sees them, whatever type they were parsed to: 1, 1u and 1.0 are one
// number, 2^53 + 1 is not 2^53, and 0.3 is a multiple of 0.1.
#pragma once

#include "troupe/protocol/json.hpp"

#include <compare>
#include <cstdint>
#include <optional>

namespace troupe::protocol::schema {

/// int64, uint64 or double.
inline bool is_number(const json::value& value) noexcept {
  return value.is_int64() || value.is_uint64() || value.is_double();
}

/// A number without fraction; 1.0 and 1e300 are integers.
bool is_integer(const json::value& number) noexcept;

/// Exact. Unordered only when one of them is not a number (NaN).
std::partial_ordering compare_numbers(const json::value& left, const json::value& right) noexcept;

/// Exact on the decimal numbers that the shortest text of each double denotes. `divisor` is
/// positive. False for infinities.
bool is_multiple_of(const json::value& number, const json::value& divisor) noexcept;

/// Equal numbers have equal hashes.
std::uint64_t hash_number(const json::value& number) noexcept;

/// A limit such as maxLength: a non-negative integer, also written as 2.0 or 1e3. Values above 2^64
/// become the largest; nothing for anything else.
std::optional<std::uint64_t> as_count(const json::value& value) noexcept;

} // namespace troupe::protocol::schema
