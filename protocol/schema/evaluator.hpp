// The walk of an instance through a program. Without a list for violations it stops at the first
// and allocates nothing for a valid instance: paths, scopes and marks are links between stack
// frames. With a list it goes on and words what it finds; branches that only decide something (anyOf,
// not, if, contains) are walked quietly even then.
#pragma once

#include "troupe/protocol/json_schema.hpp"
#include "troupe/protocol/schema/budget.hpp"
#include "troupe/protocol/schema/evaluated.hpp"
#include "troupe/protocol/schema/program.hpp"

#include <optional>

namespace troupe::protocol::schema {

/// One step of the way from the root of the instance; `name` is null for an item.
struct step {
  const step* parent = nullptr;
  std::string_view name;
  std::size_t index = 0;
  bool is_item = false;
};

/// The resources that the walk is inside: the dynamic scope of $dynamicRef.
struct scope {
  const scope* outer = nullptr;
  std::uint32_t resource = 0;
};

/// Where the walk is. `seen` is null when nobody asks what was evaluated.
struct position {
  const json::value& value;
  const step* path = nullptr;
  const scope* inside = nullptr;
  evaluated* seen = nullptr;
  const node* where = nullptr;
};

class evaluator {
public:
  /// `found` may be null; else at most `max` violations are added to it.
  evaluator(const program& compiled, std::vector<violation>* found, std::size_t max)
      : program_(compiled),
        cost_(compiled.max_steps, compiled.max_levels),
        found_(found),
        max_(max) {}

  bool run(const json::value& instance);

  bool is_exhausted() const noexcept { return cost_.is_exhausted(); }

private:
  bool apply(node_id id, const position& at);
  bool apply_quietly(node_id id, const position& at);
  bool apply_branch(node_id id, const position& at);
  bool run_code(const node& at, const position& here);
  bool check(const instruction& each, const position& at);
  bool check_reference(const instruction& each, const position& at);

  // evaluate_values.cpp
  bool check_type(const instruction& each, const position& at);
  bool check_constant(const instruction& each, const position& at);
  bool check_enumeration(const instruction& each, const position& at);
  bool is_listed(const instruction& each, const json::value& value);
  bool check_number(const instruction& each, const position& at);
  bool check_string(const instruction& each, const position& at);

  // evaluate_containers.cpp
  bool check_count(const instruction& each, const position& at);
  bool check_unique(const position& at);
  bool check_items(const instruction& each, const position& at);
  bool check_contains(const instruction& each, const position& at);
  bool check_required(const instruction& each, const position& at);
  bool check_members(const instruction& each, const position& at);
  bool check_member(const member_rules& rules, const position& at, const step& way,
                    const json::value& value);
  bool check_property_names(const instruction& each, const position& at);
  bool check_dependent_schema(const instruction& each, const position& at);
  bool check_unevaluated_items(const instruction& each, const position& at);
  bool check_unevaluated_properties(const instruction& each, const position& at);
  bool is_never(node_id id) const;

  // evaluate_logic.cpp
  bool check_all(const instruction& each, const position& at);
  bool check_any(const instruction& each, const position& at);
  bool check_one(const instruction& each, const position& at);
  bool check_negation(const instruction& each, const position& at);
  bool check_condition(const instruction& each, const position& at);
  std::string nearest_branch(const instruction& each, const position& at);
  std::optional<violation> first_violation(node_id id, const position& at);

  bool stops() const noexcept { return found_ == nullptr || found_->size() >= max_; }

  /// Always false. The sentence is a function, so that it is made only when it is wanted.
  template<class Sentence>
  bool fail(const position& at, std::string_view keyword, Sentence&& sentence) {
    if (found_ != nullptr && !stops() && !cost_.is_exhausted())
      report(at, keyword, sentence());
    return false;
  }

  void report(const position& at, std::string_view keyword, std::string message);

  const program& program_;
  budget cost_;
  std::vector<violation>* found_;
  std::size_t max_;
  bool is_nested_ = false;
};

} // namespace troupe::protocol::schema
