#include "tests/conformance/groups.hpp"

#include <string>

namespace troupe::conformance {

namespace {

using protocol::tool;

// tools/list must give this back member for member.
constexpr std::string_view schema_2020_12 = R"({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "$defs": {
    "address": {
      "$anchor": "addressDef",
      "type": "object",
      "properties": {"street": {"type": "string"}, "city": {"type": "string"}}
    }
  },
  "properties": {
    "name": {"type": "string"},
    "address": {"$ref": "#/$defs/address"},
    "contactMethod": {"type": "string", "enum": ["phone", "email"]},
    "phone": {"type": "string"},
    "email": {"type": "string"}
  },
  "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
  "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
  "then": {"required": ["phone"]},
  "else": {"required": ["email"]},
  "additionalProperties": false
})";

constexpr std::string_view header_schema = R"({
  "type": "object",
  "properties": {
    "region": {"type": "string", "x-mcp-header": "Region"},
    "level": {"type": "integer"}
  }
})";

} // namespace

void add_schema_tools(handler_set& set) {
  set.add(tool("json_schema_2020_12_tool")
              .with_description("Has an input schema with the keywords of JSON Schema 2020-12")
              .with_input(schema_2020_12),
          [](const call&) -> outcome { return tool_result::text("Valid by JSON Schema 2020-12"); });
  set.add(tool("test_x_mcp_header")
              .with_description("Has an argument that modern clients repeat in a header")
              .with_input(header_schema),
          [](const call& call) -> outcome {
            return tool_result::text("region=" +
                                     std::string{call.string_argument("region").value_or("")});
          });
}

} // namespace troupe::conformance
