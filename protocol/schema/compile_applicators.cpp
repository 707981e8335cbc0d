// The part of compiler.hpp for keywords that apply other schemas.
#include "troupe/protocol/schema/compiler.hpp"

#include <algorithm>

namespace troupe::protocol::schema {

bool compiler::compile_applicators() {
  const bool is_new = resources_[current_].rules.draft == schema_draft::draft_2020_12;
  return emit_items() && with("contains", &compiler::emit_contains) && emit_members() &&
         emit_one("propertyNames", opcode::property_names) &&
         with("dependencies", &compiler::emit_dependencies) &&
         (!is_new || with("dependentSchemas", &compiler::emit_dependent_schemas)) &&
         emit_list("allOf", opcode::all_of) && emit_list("anyOf", opcode::any_of) &&
         emit_list("oneOf", opcode::one_of) && emit_one("not", opcode::negation) &&
         with("if", &compiler::emit_condition);
}

bool compiler::compile_unevaluated() {
  if (resources_[current_].rules.draft == schema_draft::draft_07)
    return true;
  return emit_one("unevaluatedItems", opcode::unevaluated_items) &&
         emit_one("unevaluatedProperties", opcode::unevaluated_properties);
}

bool compiler::emit_items() {
  const bool is_new = resources_[current_].rules.draft == schema_draft::draft_2020_12;
  const auto* items = member("items");
  const auto* first = is_new ? member("prefixItems") : items;
  const auto* rest = items;
  if (!is_new && items != nullptr && items->is_array())
    rest = member("additionalItems");
  if (first != nullptr && !first->is_array())
    first = nullptr;
  if (first == nullptr && rest == nullptr)
    return true;
  std::vector<node_id> prefix;
  if (first != nullptr)
    for (const auto& each : first->get_array())
      prefix.push_back(child(each));
  const auto others = rest == nullptr ? no_node : child(*rest);
  auto& lists = program_->lists;
  auto& added = add(opcode::items);
  added.a = static_cast<std::uint32_t>(lists.size());
  added.b = static_cast<std::uint32_t>(prefix.size());
  added.n = others;
  added.flag = true;
  lists.insert(lists.end(), prefix.begin(), prefix.end());
  return true;
}

bool compiler::emit_contains(const json::value& value) {
  contains_rule rule;
  rule.schema = child(value);
  const auto& rules = resources_[current_].rules;
  const bool is_new = rules.draft == schema_draft::draft_2020_12;
  if (is_new && rules.has_validation &&
      (!read_count("minContains", rule.min) || !read_count("maxContains", rule.max)))
    return false;
  program_->contains_rules.push_back(rule);
  auto& added = add(opcode::contains);
  added.a = static_cast<std::uint32_t>(program_->contains_rules.size() - 1);
  added.flag = is_new;
  return true;
}

bool compiler::emit_members() {
  const auto* properties = member("properties");
  const auto* additional = member("additionalProperties");
  if (properties == nullptr && additional == nullptr && member("patternProperties") == nullptr)
    return true;
  member_rules rules;
  if (properties != nullptr)
    for (const auto& each : properties->get_object())
      rules.properties.push_back({std::string(each.key()), child(each.value())});
  if (!emit_pattern_properties(rules))
    return false;
  if (additional != nullptr)
    rules.additional = child(*additional);
  std::sort(rules.properties.begin(), rules.properties.end(),
            [](const property& left, const property& right) {
              return left.name.size() != right.name.size() ? left.name.size() < right.name.size()
                                                           : left.name < right.name;
            });
  program_->members.push_back(std::move(rules));
  add(opcode::members).a = static_cast<std::uint32_t>(program_->members.size() - 1);
  return true;
}

bool compiler::emit_pattern_properties(member_rules& rules) {
  const auto* patterns = member("patternProperties");
  if (patterns == nullptr)
    return true;
  for (const auto& each : patterns->get_object()) {
    pattern_member added;
    if (!add_pattern("patternProperties", each.key(), added.pattern))
      return false;
    added.schema = child(each.value());
    rules.patterns.push_back(added);
  }
  return true;
}

bool compiler::emit_dependent_schemas(const json::value& value) {
  for (const auto& each : value.get_object()) {
    const auto schema = child(each.value());
    program_->names.emplace_back(each.key());
    auto& added = add(opcode::dependent_schema);
    added.a = static_cast<std::uint32_t>(program_->names.size() - 1);
    added.b = schema;
  }
  return true;
}

bool compiler::emit_dependencies(const json::value& value) {
  for (const auto& each : value.get_object()) {
    const std::string trigger(each.key());
    if (each.value().is_array()) {
      if (!emit_names("dependencies", opcode::dependent_required, each.value(), &trigger))
        return false;
      continue;
    }
    const auto schema = child(each.value());
    program_->names.push_back(trigger);
    auto& added = add(opcode::dependent_schema);
    added.a = static_cast<std::uint32_t>(program_->names.size() - 1);
    added.b = schema;
  }
  return true;
}

bool compiler::emit_condition(const json::value& value) {
  const auto* then = member("then");
  const auto* otherwise = member("else");
  const node_id branches[] = {child(value), then == nullptr ? no_node : child(*then),
                              otherwise == nullptr ? no_node : child(*otherwise)};
  auto& lists = program_->lists;
  add(opcode::condition).a = static_cast<std::uint32_t>(lists.size());
  lists.insert(lists.end(), std::begin(branches), std::end(branches));
  return true;
}

bool compiler::emit_list(std::string_view keyword, opcode code) {
  const auto* value = member(keyword);
  if (value == nullptr)
    return true;
  auto& lists = program_->lists;
  auto& added = add(code);
  added.a = static_cast<std::uint32_t>(lists.size());
  added.b = static_cast<std::uint32_t>(value->get_array().size());
  for (const auto& each : value->get_array())
    lists.push_back(child(each));
  return true;
}

bool compiler::emit_one(std::string_view keyword, opcode code) {
  const auto* value = member(keyword);
  if (value == nullptr)
    return true;
  const auto schema = child(*value);
  add(code).a = schema;
  return true;
}

} // namespace troupe::protocol::schema
