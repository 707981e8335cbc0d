#include "troupe/protocol/schema/evaluator.hpp"

#include "troupe/protocol/schema/pointer.hpp"

#include <algorithm>

namespace troupe::protocol::schema {

namespace {

std::string instance_pointer(const step* path) {
  std::vector<const step*> way;
  for (; path != nullptr; path = path->parent)
    way.push_back(path);
  std::reverse(way.begin(), way.end());
  std::string pointer;
  for (const auto* each : way)
    append_token(pointer, each->is_item ? std::to_string(each->index) : std::string(each->name));
  return pointer;
}

std::string schema_pointer(const program& compiled, std::uint32_t location) {
  std::vector<std::uint32_t> way;
  for (; location != no_node; location = compiled.locations[location].parent)
    way.push_back(location);
  std::reverse(way.begin(), way.end());
  std::string pointer;
  for (const auto each : way)
    pointer += compiled.locations[each].token;
  return pointer;
}

} // namespace

bool evaluator::run(const json::value& instance) {
  return apply(0, {instance}) && !cost_.is_exhausted();
}

bool evaluator::apply(node_id id, const position& at) {
  const auto& entered = program_.nodes[id];
  if (entered.count == 0)
    return true;
  if (!cost_.spend(1 + entered.count) || !cost_.enter())
    return false;
  const scope own{at.inside, entered.resource};
  const bool is_same = at.inside != nullptr && at.inside->resource == entered.resource;
  const auto* inside = is_same ? at.inside : &own;
  bool valid = false;
  if (entered.has_unevaluated) {
    evaluated seen;
    valid = run_code(entered, {at.value, at.path, inside, &seen, &entered});
    if (valid && at.seen != nullptr)
      at.seen->merge(seen);
  } else {
    valid = run_code(entered, {at.value, at.path, inside, at.seen, &entered});
  }
  cost_.leave();
  return valid;
}

bool evaluator::apply_quietly(node_id id, const position& at) {
  auto* const found = std::exchange(found_, nullptr);
  const bool valid = apply(id, at);
  found_ = found;
  return valid;
}

// What a branch that does not match has evaluated does not count.
bool evaluator::apply_branch(node_id id, const position& at) {
  if (at.seen == nullptr)
    return apply_quietly(id, at);
  evaluated seen;
  const bool valid = apply_quietly(id, {at.value, at.path, at.inside, &seen, at.where});
  if (valid)
    at.seen->merge(seen);
  return valid;
}

bool evaluator::run_code(const node& at, const position& here) {
  bool valid = true;
  for (std::uint32_t i = 0; i < at.count; ++i) {
    const auto& each = program_.code[at.first + i];
    // What is unevaluated is known only if everything else holds.
    if (!valid && each.code >= opcode::unevaluated_items)
      return false;
    if (!check(each, here)) {
      valid = false;
      if (stops())
        return false;
    }
  }
  return valid;
}

bool evaluator::check(const instruction& each, const position& at) {
  switch (each.code) {
  case opcode::never:
    return fail(at, {}, [] { return std::string("is not allowed"); });
  case opcode::type:
    return check_type(each, at);
  case opcode::constant:
    return check_constant(each, at);
  case opcode::enumeration:
    return check_enumeration(each, at);
  case opcode::minimum:
  case opcode::exclusive_minimum:
  case opcode::maximum:
  case opcode::exclusive_maximum:
  case opcode::multiple_of:
    return check_number(each, at);
  case opcode::min_length:
  case opcode::max_length:
  case opcode::pattern:
  case opcode::format:
    return !at.value.is_string() || check_string(each, at);
  case opcode::min_items:
  case opcode::max_items:
  case opcode::min_properties:
  case opcode::max_properties:
    return check_count(each, at);
  case opcode::unique_items:
    return !at.value.is_array() || check_unique(at);
  case opcode::items:
    return !at.value.is_array() || check_items(each, at);
  case opcode::contains:
    return !at.value.is_array() || check_contains(each, at);
  case opcode::required:
  case opcode::dependent_required:
    return !at.value.is_object() || check_required(each, at);
  case opcode::members:
    return !at.value.is_object() || check_members(each, at);
  case opcode::property_names:
    return !at.value.is_object() || check_property_names(each, at);
  case opcode::dependent_schema:
    return !at.value.is_object() || check_dependent_schema(each, at);
  case opcode::reference:
    return apply(each.a, at);
  case opcode::dynamic_reference:
    return check_reference(each, at);
  case opcode::all_of:
    return check_all(each, at);
  case opcode::any_of:
    return check_any(each, at);
  case opcode::one_of:
    return check_one(each, at);
  case opcode::negation:
    return check_negation(each, at);
  case opcode::condition:
    return check_condition(each, at);
  case opcode::unevaluated_items:
    return !at.value.is_array() || check_unevaluated_items(each, at);
  case opcode::unevaluated_properties:
    return !at.value.is_object() || check_unevaluated_properties(each, at);
  }
  return false;
}

// The anchor of the outermost resource that has one (core, 8.2.3.2).
bool evaluator::check_reference(const instruction& each, const position& at) {
  auto target = each.a;
  const auto& anchors = program_.dynamic_anchors;
  for (const auto* inside = at.inside; inside != nullptr; inside = inside->outer) {
    const auto wanted = std::pair(each.b, inside->resource);
    const auto found =
        std::lower_bound(anchors.begin(), anchors.end(), wanted, [](const auto& left, auto right) {
          return std::pair(left.name, left.resource) < right;
        });
    if (found != anchors.end() && std::pair(found->name, found->resource) == wanted)
      target = found->schema;
  }
  return apply(target, at);
}

void evaluator::report(const position& at, std::string_view keyword, std::string message) {
  violation broken{instance_pointer(at.path), schema_pointer(program_, at.where->location),
                   std::move(message)};
  if (!keyword.empty())
    append_token(broken.keyword, keyword);
  found_->push_back(std::move(broken));
}

} // namespace troupe::protocol::schema
