#pragma once

// Latencies in constant space, as HdrHistogram counts them: each power of two is divided into equal
// parts, so that a value is known to within 1 %, whatever its size.

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

class latency_histogram {
public:
  void add(std::uint64_t nanoseconds) {
    ++counts_[index_of(nanoseconds)];
    ++total_;
    largest_ = std::max(largest_, nanoseconds);
  }

  std::uint64_t count() const { return total_; }
  std::uint64_t max() const { return largest_; }

  /// The smallest value that `part` (0 to 1) of all values do not exceed, in nanoseconds; at most 1 % too large.
  std::uint64_t percentile(double part) const {
    const auto rank = static_cast<std::uint64_t>(std::ceil(part * static_cast<double>(total_)));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      seen += counts_[i];
      if (seen >= std::max<std::uint64_t>(rank, 1))
        return std::min(highest_in(i), largest_);
    }
    return largest_;
  }

  // Where a value is counted, and the largest that is counted there.

  static constexpr int part_bits = 7; ///< 128 parts of each power of two
  static constexpr std::size_t parts = std::size_t{1} << part_bits;

  /// Values below `parts` have a place each.
  static constexpr std::size_t index_of(std::uint64_t value) {
    if (value < parts)
      return value;
    const auto shift = static_cast<std::size_t>(std::bit_width(value)) - part_bits - 1;
    return (shift << part_bits) + (value >> shift);
  }

  static constexpr std::uint64_t highest_in(std::size_t index) {
    if (index < 2 * parts)
      return index;
    const auto shift = (index >> part_bits) - 1;
    return (((index & (parts - 1)) + parts + 1) << shift) - 1;
  }

private:
  std::array<std::uint64_t, (64 - part_bits + 1) * parts> counts_{};
  std::uint64_t total_ = 0;
  std::uint64_t largest_ = 0;
};

/// Around each power of two: a place knows its values to within 1 %, and no value is left out between two places.
static_assert([] {
  for (std::uint64_t power = 1; power != 0; power <<= 1) {
    for (const auto value : {power - 1, power, power + power / 3}) {
      const auto index = latency_histogram::index_of(value);
      const auto highest = latency_histogram::highest_in(index);
      if (highest < value || highest - value > value / 100 ||
          latency_histogram::index_of(highest) != index ||
          (highest + 1 != 0 && latency_histogram::index_of(highest + 1) != index + 1))
        return false;
    }
  }
  return true;
}());
