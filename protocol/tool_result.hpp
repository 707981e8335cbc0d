// What a tool answers. An error of the tool is a result with `is_error` (the model shall see it and
// may try again); an rpc_error is only for calls that never reached the tool.
#pragma once

#include "troupe/protocol/content.hpp"
#include "troupe/protocol/json.hpp"
#include "troupe/protocol/result_context.hpp"

#include <optional>
#include <string>
#include <vector>

namespace troupe::protocol {

struct tool_result {
  std::vector<content> blocks;
  /// Any JSON value for a modern client, an object for one since 2025-06-18; left out for others.
  /// When there are no blocks it is also written as one text block (server/tools, "Structured
  /// Content").
  std::optional<json::value> structured;
  bool is_error = false;
  json::object meta;

  static tool_result text(std::string text);
  static tool_result error(std::string text);
  static tool_result of(content block);
  static tool_result of_structured(json::value value);

  tool_result with(content block) &&;
  tool_result with_structured(json::value value) &&;
  tool_result with_meta(json::object value) &&;

  /// The complete result object (modern: with `resultType`).
  void append_json(std::string& out, const result_context& to) const;
};

} // namespace troupe::protocol
