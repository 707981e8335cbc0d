#include "troupe/protocol/schema/equality.hpp"

#include "troupe/protocol/schema/numbers.hpp"

#include <algorithm>
#include <functional>
#include <string_view>
#include <vector>

namespace troupe::protocol::schema {

namespace {

constexpr std::size_t few_items = 12;

bool are_equal_arrays(const json::array& left, const json::array& right, budget& cost) {
  if (left.size() != right.size())
    return false;
  for (std::size_t i = 0; i < left.size(); ++i)
    if (!are_equal(left[i], right[i], cost))
      return false;
  return true;
}

bool are_equal_objects(const json::object& left, const json::object& right, budget& cost) {
  if (left.size() != right.size())
    return false;
  for (const auto& member : left) {
    const auto* other = right.if_contains(member.key());
    if (other == nullptr || !are_equal(member.value(), *other, cost))
      return false;
  }
  return true;
}

bool are_equal_composites(const json::value& left, const json::value& right, budget& cost) {
  if (!cost.enter())
    return false;
  bool same = false;
  if (left.is_array())
    same = right.is_array() && are_equal_arrays(left.get_array(), right.get_array(), cost);
  else
    same = right.is_object() && are_equal_objects(left.get_object(), right.get_object(), cost);
  cost.leave();
  return same;
}

constexpr std::uint64_t combine(std::uint64_t seed, std::uint64_t more) noexcept {
  seed ^= more + 0x9E3779B97F4A7C15 + (seed << 12) + (seed >> 4);
  return seed * 0xFF51AFD7ED558CCD;
}

std::uint64_t hash_text(std::string_view text, budget& cost) {
  cost.spend(steps_for(text.size()));
  return std::hash<std::string_view>{}(text);
}

std::uint64_t hash_composite(const json::value& value, budget& cost) {
  if (!cost.enter())
    return 0;
  std::uint64_t hash = value.is_array() ? 3 : 0;
  if (const auto* items = value.if_array()) {
    for (const auto& item : *items)
      hash = combine(hash, hash_value(item, cost));
  } else {
    for (const auto& member : value.get_object()) {
      const std::string_view name(member.key().data(), member.key().size());
      hash += combine(hash_text(name, cost), hash_value(member.value(), cost));
    }
    hash = combine(4, hash);
  }
  cost.leave();
  return hash;
}

std::optional<std::pair<std::size_t, std::size_t>> find_among_few(const json::array& items,
                                                                  budget& cost) {
  for (std::size_t i = 1; i < items.size(); ++i)
    for (std::size_t k = 0; k < i; ++k)
      if (are_equal(items[k], items[i], cost))
        return std::pair(k, i);
  return std::nullopt;
}

} // namespace

bool are_equal(const json::value& left, const json::value& right, budget& cost) {
  if (!cost.spend(1))
    return false;
  switch (left.kind()) {
  case json::kind::null:
    return right.is_null();
  case json::kind::bool_:
    return right.is_bool() && left.get_bool() == right.get_bool();
  case json::kind::string: {
    const auto* other = right.if_string();
    return other != nullptr && left.get_string().size() == other->size() &&
           cost.spend(steps_for(other->size())) && left.get_string() == *other;
  }
  case json::kind::array:
  case json::kind::object:
    return are_equal_composites(left, right, cost);
  default:
    return is_number(right) && std::is_eq(compare_numbers(left, right));
  }
}

std::uint64_t hash_value(const json::value& value, budget& cost) {
  if (!cost.spend(1))
    return 0;
  switch (value.kind()) {
  case json::kind::null:
    return 1;
  case json::kind::bool_:
    return value.get_bool() ? 2 : 5;
  case json::kind::string:
    return hash_text(std::string_view(value.get_string()), cost);
  case json::kind::array:
  case json::kind::object:
    return hash_composite(value, cost);
  default:
    return hash_number(value);
  }
}

std::optional<std::pair<std::size_t, std::size_t>> find_duplicate(const json::array& items,
                                                                  budget& cost) {
  if (items.size() <= few_items)
    return find_among_few(items, cost);
  std::vector<std::pair<std::uint64_t, std::size_t>> hashes;
  hashes.reserve(items.size());
  for (std::size_t i = 0; i < items.size(); ++i)
    hashes.emplace_back(hash_value(items[i], cost), i);
  if (cost.is_exhausted())
    return std::nullopt;
  std::sort(hashes.begin(), hashes.end());
  for (std::size_t i = 1; i < hashes.size(); ++i)
    for (std::size_t k = i; k-- > 0 && hashes[k].first == hashes[i].first;) {
      if (are_equal(items[hashes[k].second], items[hashes[i].second], cost))
        return std::minmax(hashes[k].second, hashes[i].second);
      if (cost.is_exhausted())
        return std::nullopt;
    }
  return std::nullopt;
}

} // namespace troupe::protocol::schema
