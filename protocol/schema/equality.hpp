// When two JSON values are the same (JSON Schema core, 4.2.2): numbers by their mathematical value,
// objects without regard to order. Used by enum, const and uniqueItems.
#pragma once

#include "troupe/protocol/json.hpp"
#include "troupe/protocol/schema/budget.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace troupe::protocol::schema {

/// False also when the budget ends; ask the budget.
bool are_equal(const json::value& left, const json::value& right, budget& cost);

/// Equal values have equal hashes. Meaningless when the budget ended.
std::uint64_t hash_value(const json::value& value, budget& cost);

/// The positions of two equal items. By hashes when there are many: n log n. Allocates only then.
std::optional<std::pair<std::size_t, std::size_t>> find_duplicate(const json::array& items,
                                                                  budget& cost);

} // namespace troupe::protocol::schema
