// A compiled schema: subschemas are nodes, a node is a run of instructions, and an instruction's
// operands are numbers, or positions in the tables behind. Written by the compiler, walked by the
// evaluator, by many threads at once. Nothing in it points into the schema it came from.
#pragma once

#include "troupe/protocol/json.hpp"
#include "troupe/protocol/schema/format.hpp"
#include "troupe/protocol/schema/pattern.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace troupe::protocol::schema {

using node_id = std::uint32_t;
constexpr node_id no_node = std::numeric_limits<node_id>::max();

/// What an instruction checks, and its operands. A `range` is `a` and `b`: first and count.
enum class opcode : std::uint8_t {
  never,
  type,        // n: bits of type_bit
  constant,    // a: constants
  enumeration, // range of constants; of enum_hashes from n when there are many
  minimum,     // a: constants; so the next four
  exclusive_minimum,
  maximum,
  exclusive_maximum,
  multiple_of,
  min_length, // n; so the next one
  max_length,
  pattern,   // a: patterns
  format,    // a: formats
  min_items, // n; so the next one
  max_items,
  unique_items,
  items,          // range of lists: the first items; n: node of the others
  contains,       // a: contains_rules
  min_properties, // n; so the next one
  max_properties,
  required,           // range of names
  dependent_required, // range of names, the first is the trigger
  members,            // a: member_rules
  property_names,     // a: node
  dependent_schema,   // a: names, b: node
  reference,          // a: node
  dynamic_reference,  // a: node if no resource in scope has the anchor; b: names
  all_of,             // range of lists; so the next two
  any_of,
  one_of,
  negation,               // a: node
  condition,              // a: lists, three: if, then, else
  unevaluated_items,      // a: node; so the next one
  unevaluated_properties, // these two come last in a node
};

namespace type_bit {
constexpr std::uint64_t null = 1;
constexpr std::uint64_t boolean = 2;
constexpr std::uint64_t integer = 4;
constexpr std::uint64_t number = 8;
constexpr std::uint64_t string = 16;
constexpr std::uint64_t array = 32;
constexpr std::uint64_t object = 64;
} // namespace type_bit

struct instruction {
  std::uint64_t n = 0;
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  opcode code = opcode::never;
  /// enumeration: hashed. items, contains: whether they count as evaluated (not in draft-07).
  bool flag = false;
};

struct node {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  /// In `locations`.
  std::uint32_t location = 0;
  std::uint32_t resource = 0;
  bool has_unevaluated = false;
};

struct property {
  std::string name;
  node_id schema = no_node;
};

struct pattern_member {
  std::uint32_t pattern = 0;
  node_id schema = no_node;
};

/// properties (sorted by size, then bytes), patternProperties, additionalProperties: one walk over
/// the members of an object.
struct member_rules {
  std::vector<property> properties;
  std::vector<pattern_member> patterns;
  node_id additional = no_node;
};

struct contains_rule {
  node_id schema = no_node;
  std::uint64_t min = 1;
  std::uint64_t max = std::numeric_limits<std::uint64_t>::max();
};

/// A place in the schema: its pointer is the parent's and the token.
struct location {
  std::uint32_t parent = no_node;
  std::string token;
};

struct text_pattern {
  std::string text;
  compiled_pattern compiled;
};

struct dynamic_anchor {
  std::uint32_t name = 0; // in names
  std::uint32_t resource = 0;
  node_id schema = no_node;
};

struct program {
  std::vector<node> nodes; // the first is the root
  std::vector<instruction> code;
  std::vector<node_id> lists;
  std::vector<json::value> constants;
  std::vector<std::pair<std::uint64_t, std::uint32_t>> enum_hashes; // hash, constants
  std::vector<std::string> names;
  std::vector<text_pattern> patterns;
  std::vector<const format*> formats;
  std::vector<contains_rule> contains_rules;
  std::vector<member_rules> members;
  std::vector<dynamic_anchor> dynamic_anchors;
  std::vector<location> locations;
  std::size_t max_steps = 0;
  std::size_t max_levels = 0;
};

} // namespace troupe::protocol::schema
