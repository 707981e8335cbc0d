#include "tests/integration/server/groups.hpp"

#include <string>
#include <utility>
#include <variant>

namespace troupe::test_server {

namespace {

/// The same tools, for other nodes too.
handler_set exported(const handler_set& own) {
  handler_set result;
  for (const auto& change : own.changes())
    if (const auto* tool = std::get_if<tool_entry>(&change)) {
      auto options = tool->options;
      options.exported = true;
      result.add(tool->description, tool->run, options);
    }
  return result;
}

} // namespace

void apply_role(node& node) {
  const auto name = node.config().cluster.node;
  node.handlers().add(
      protocol::tool("node_name").with_description("The name of the node that runs this"),
      [name](const call&) -> outcome { return tool_result::text(name); });
  if (name.starts_with("runner"))
    node.handlers() = exported(node.handlers());
  else if (name.starts_with("caller"))
    node.handlers() = {};
}

} // namespace troupe::test_server
