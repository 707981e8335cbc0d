// How a tool presents itself in tools/list. Built in one chain, e.g.
//   tool("echo").with_description("Gives back its message").with_input(R"({"type":"object", …})")
// Flow: actors/ registers it with a handler after inspect(); the dispatcher writes it once per
// revision.
#pragma once

#include "troupe/protocol/icon.hpp"
#include "troupe/protocol/inspection.hpp"
#include "troupe/protocol/json.hpp"
#include "troupe/protocol/revision.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::protocol {

/// Hints about a tool's behaviour; what is not said is left out, and the client assumes the worst.
struct tool_annotations {
  std::optional<bool> read_only;
  std::optional<bool> destructive;
  std::optional<bool> idempotent;
  std::optional<bool> open_world;

  bool empty() const noexcept { return !read_only && !destructive && !idempotent && !open_world; }
};

struct tool {
  std::string name;
  /// Before 2025-06-18 it is written as `annotations.title`, where there are annotations.
  std::string title;
  std::string description;
  /// Written verbatim, in its own key order. Until set: {"type":"object","properties":{}}.
  json::value input_schema;
  /// Null: none. Left out where the revision wants an object schema and this is none.
  json::value output_schema;
  tool_annotations annotations;
  std::vector<icon> icons;
  json::object meta;

  explicit tool(std::string name);

  tool with_title(std::string text) &&;
  tool with_description(std::string text) &&;

  /// JSON text; what is wrong with it is told by inspect().
  tool with_input(std::string_view json_schema) &&;
  tool with_input_object(json::object json_schema) &&;
  tool with_output(std::string_view json_schema) &&;
  tool with_output_object(json::object json_schema) &&;
  tool with_annotations(tool_annotations value) &&;
  tool with_icon(icon value) &&;
  tool with_meta(json::object value) &&;

  void append_json(std::string& out, revision r) const;

  /// Errors of JSON texts given to with_input and with_output.
  std::vector<std::string> syntax_errors;
};

/// Name: 1 to 128 of A-Z a-z 0-9 _ . - (server/tools, "Tool Names"). Input schema: an object with
/// `"type":"object"`.
inspection inspect(const tool& subject);

} // namespace troupe::protocol
