// From a schema to the tables of program.hpp. Subschemas are found and named first (resources.hpp);
// then each that can be reached from the root becomes a node, from a list of work, so that a deep
// or recursive schema needs no deep stack. What a schema says wrongly is refused here, with its
// place.
#pragma once

#include "troupe/protocol/schema/program.hpp"
#include "troupe/protocol/schema/resources.hpp"

#include <initializer_list>
#include <memory>

namespace troupe::protocol::schema {

/// False from a member means that the problem is set.
class compiler {
public:
  explicit compiler(const schema_options& options);

  boost::system::result<std::unique_ptr<const program>, schema_problem>
  run(const json::value& schema);

private:
  using emitter = bool (compiler::*)(const json::value&);

  bool compile_all();
  bool compile_dynamic_anchors();
  bool compile(place_id id);
  bool compile_keywords();
  bool compile_reference(std::string_view keyword);
  node_id node_of(place_id id);
  node_id child(const json::value& schema) { return node_of(resources_.place_of(schema)); }

  bool refuse(std::string_view keyword, std::string reason) {
    return resources_.refuse(current_, keyword, std::move(reason));
  }
  /// Calls `emit` when the current schema has the keyword.
  bool with(std::string_view keyword, emitter emit);
  instruction& add(opcode code);
  const json::value* member(std::string_view keyword) const {
    return object_->if_contains(keyword);
  }

  // compile_assertions.cpp
  bool compile_assertions();
  bool emit_type(const json::value& value);
  bool emit_enum(const json::value& value);
  bool emit_const(const json::value& value);
  bool emit_pattern(const json::value& value);
  bool emit_format(const json::value& value);
  bool emit_unique_items(const json::value& value);
  bool emit_required(const json::value& value);
  bool emit_dependent_required(const json::value& value);
  bool emit_limit(std::string_view keyword, opcode code);
  bool emit_count(std::string_view keyword, opcode code);
  bool emit_names(std::string_view keyword, opcode code, const json::value& value,
                  const std::string* trigger);
  bool read_count(std::string_view keyword, std::uint64_t& count);
  std::uint32_t add_constant(const json::value& value);
  bool add_pattern(std::string_view keyword, std::string_view text, std::uint32_t& index);

  // compile_applicators.cpp
  bool compile_applicators();
  bool compile_unevaluated();
  bool emit_items();
  bool emit_contains(const json::value& value);
  bool emit_members();
  bool emit_pattern_properties(member_rules& rules);
  bool emit_dependent_schemas(const json::value& value);
  bool emit_dependencies(const json::value& value);
  bool emit_condition(const json::value& value);
  bool emit_list(std::string_view keyword, opcode code);
  bool emit_one(std::string_view keyword, opcode code);

  const schema_options& options_;
  resources resources_;
  std::unique_ptr<program> program_;
  std::vector<node_id> nodes_; // by place
  std::vector<place_id> work_;
  place_id current_ = no_place;
  const json::object* object_ = nullptr;
};

} // namespace troupe::protocol::schema
