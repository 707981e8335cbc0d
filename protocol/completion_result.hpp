// The result of completion/complete: at most 100 values (server/utilities/completion).
#pragma once

#include "troupe/protocol/json.hpp"
#include "troupe/protocol/result_context.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace troupe::protocol {

struct completion_result {
  static constexpr std::size_t max_values = 100;

  /// Best first. Only the first max_values are written; then `hasMore` is true and `total` at least
  /// their number.
  std::vector<std::string> values;
  std::optional<std::uint64_t> total;
  bool has_more = false;
  json::object meta;

  completion_result() = default;
  explicit completion_result(std::vector<std::string> best_first) : values(std::move(best_first)) {}

  void append_json(std::string& out, const result_context& to) const;
};

} // namespace troupe::protocol
