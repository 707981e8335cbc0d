// What a client answers to an input_request, read from the result object it sent. Light checks: the shape, not the
// form's schema (that is the JSON Schema validator's work).
#pragma once

#include "troupe/protocol/annotations.hpp"
#include "troupe/protocol/json.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace troupe::protocol {

enum class elicitation_action : std::uint8_t { accept, decline, cancel };

struct elicitation_answer {
  elicitation_action action = elicitation_action::cancel;
  /// Null unless accepted with content.
  const json::object* content = nullptr;
};

/// Each of the three: nothing when the result has not the shape of such an answer. All point into `result`.
std::optional<elicitation_answer> read_elicitation_answer(const json::object& result);

struct sampling_answer {
  protocol::role role = protocol::role::assistant;
  std::string_view model;
  std::string_view stop_reason;
  /// A content block, or an array of them (since 2025-11-25).
  const json::value* content = nullptr;

  /// The first text block, or empty.
  std::string_view text() const;
};

std::optional<sampling_answer> read_sampling_answer(const json::object& result);

struct root {
  std::string_view uri;
  std::string_view name;
};

std::optional<std::vector<root>> read_roots_answer(const json::object& result);

} // namespace troupe::protocol
