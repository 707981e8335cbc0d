#pragma once

// A list of changes to the catalog, made by application code: what to add, replace and remove. Given
// to a node before it starts, or while it serves. Each description is checked when it is added;
// a set with errors is refused as a whole, so that a server never starts with half of its tools.

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <caf/allowed_unsafe_message_type.hpp>

#include "troupe/actors/catalog.hpp"

namespace troupe {

/// Which table an entry is in.
enum class entry_kind : std::uint8_t { tool, resource, resource_template, prompt };

struct removal {
  entry_kind kind = entry_kind::tool;
  std::string key; ///< name, URI or URI template
};

using catalog_change =
    std::variant<tool_entry, resource_entry, template_entry, prompt_entry, removal>;

class handler_set {
public:
  /// An entry of the same name or URI is replaced and keeps its place in lists.
  handler_set& add(protocol::tool description, handler run, tool_options options = {});
  handler_set& add(protocol::resource description, handler run);
  /// `completions` answer for the variables of the template.
  handler_set& add(protocol::resource_template description, handler run,
                   completions completions = {});
  /// `completions` answer for the arguments of the prompt.
  handler_set& add(protocol::prompt description, handler run, completions completions = {});
  handler_set& remove(entry_kind kind, std::string_view key);
  /// Takes over the changes and errors of another set, behind those of this one.
  handler_set& merge(handler_set other);

  /// What is wrong with the descriptions, one sentence each; empty if the set can be used.
  const std::vector<std::string>& errors() const noexcept { return errors_; }
  const std::vector<catalog_change>& changes() const noexcept { return changes_; }
  bool empty() const noexcept { return changes_.empty(); }

private:
  template<class Description>
  bool check(const Description& description, std::string_view key);
  protocol::json_schema_ptr compile(const protocol::tool& description, std::string_view member,
                                    const boost::json::value& schema);

  std::vector<catalog_change> changes_;
  std::vector<std::string> errors_;
};

} // namespace troupe
