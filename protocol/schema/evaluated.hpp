// Which members or items of one object or array some keyword has looked at successfully: what
// unevaluatedProperties and unevaluatedItems ask for. Kept only below a schema that has one of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace troupe::protocol::schema {

class evaluated {
public:
  void mark(std::size_t index) {
    if (index < 64) {
      first_ |= std::uint64_t{1} << index;
      return;
    }
    const auto word = index / 64 - 1;
    if (word >= more_.size())
      more_.resize(word + 1);
    more_[word] |= std::uint64_t{1} << (index % 64);
  }

  void mark_all() noexcept { all_ = true; }

  bool has(std::size_t index) const noexcept {
    if (all_)
      return true;
    const auto bit = std::uint64_t{1} << (index % 64);
    if (index < 64)
      return (first_ & bit) != 0;
    const auto word = index / 64 - 1;
    return word < more_.size() && (more_[word] & bit) != 0;
  }

  void merge(const evaluated& other) {
    all_ = all_ || other.all_;
    first_ |= other.first_;
    if (more_.size() < other.more_.size())
      more_.resize(other.more_.size());
    for (std::size_t i = 0; i < other.more_.size(); ++i)
      more_[i] |= other.more_[i];
  }

private:
  bool all_ = false;
  std::uint64_t first_ = 0;
  std::vector<std::uint64_t> more_;
};

} // namespace troupe::protocol::schema
