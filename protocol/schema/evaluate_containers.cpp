// The part of evaluator.hpp for arrays and objects.
#include "troupe/protocol/schema/equality.hpp"
#include "troupe/protocol/schema/evaluator.hpp"
#include "troupe/protocol/schema/wording.hpp"

namespace troupe::protocol::schema {

namespace {

std::string_view key_of(const json::key_value_pair& member) {
  return {member.key().data(), member.key().size()};
}

// By binary search; sizes differ more often than bytes.
node_id find_property(const std::vector<property>& sorted, std::string_view name) {
  std::size_t low = 0;
  std::size_t high = sorted.size();
  while (low < high) {
    const auto middle = (low + high) / 2;
    const std::string_view other = sorted[middle].name;
    const bool is_size = other.size() != name.size();
    const int order = is_size ? 0 : other.compare(name);
    if (!is_size && order == 0)
      return sorted[middle].schema;
    if (is_size ? other.size() < name.size() : order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return no_node;
}

std::string unknown_property(std::string_view name, const member_rules* rules) {
  std::vector<std::string_view> known;
  if (rules != nullptr)
    for (const auto& each : rules->properties)
      known.emplace_back(each.name);
  return "the property " + quote(name) + " is not known" + suggest(name, known);
}

} // namespace

bool evaluator::is_never(node_id id) const {
  const auto& at = program_.nodes[id];
  return at.count == 1 && program_.code[at.first].code == opcode::never;
}

bool evaluator::check_count(const instruction& each, const position& at) {
  const bool is_items = each.code == opcode::min_items || each.code == opcode::max_items;
  if (is_items ? !at.value.is_array() : !at.value.is_object())
    return true;
  const auto count = is_items ? at.value.get_array().size() : at.value.get_object().size();
  const bool is_min = each.code == opcode::min_items || each.code == opcode::min_properties;
  if (is_min ? count >= each.n : count <= each.n)
    return true;
  const auto keyword =
      is_items ? (is_min ? "minItems" : "maxItems") : (is_min ? "minProperties" : "maxProperties");
  return fail(at, keyword, [&] {
    const auto* words = is_min ? "must have at least " : "must have at most ";
    return words +
           (is_items ? count_of(each.n, "item", "items")
                     : count_of(each.n, "property", "properties")) +
           ", has " + std::to_string(count);
  });
}

bool evaluator::check_unique(const position& at) {
  const auto same = find_duplicate(at.value.get_array(), cost_);
  if (!same)
    return !cost_.is_exhausted();
  return fail(at, "uniqueItems", [&] {
    return "must have no equal items, but items " + std::to_string(same->first) + " and " +
           std::to_string(same->second) + " are equal";
  });
}

bool evaluator::check_items(const instruction& each, const position& at) {
  const auto& items = at.value.get_array();
  const auto rest = static_cast<node_id>(each.n);
  const auto count = rest == no_node ? std::min<std::size_t>(items.size(), each.b) : items.size();
  bool valid = true;
  for (std::size_t i = 0; i < count; ++i) {
    const step way{at.path, {}, i, true};
    const auto schema = i < each.b ? program_.lists[each.a + i] : rest;
    if (!cost_.spend(1))
      return false;
    if (apply(schema, {items[i], &way, at.inside, nullptr, at.where})) {
      if (at.seen != nullptr)
        at.seen->mark(i);
      continue;
    }
    valid = false;
    if (stops())
      return false;
  }
  return valid;
}

bool evaluator::check_contains(const instruction& each, const position& at) {
  const auto& rule = program_.contains_rules[each.a];
  const auto& items = at.value.get_array();
  const bool marks = at.seen != nullptr && each.flag;
  const bool has_max = rule.max != std::numeric_limits<std::uint64_t>::max();
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!marks && !has_max && count >= rule.min)
      break;
    if (!cost_.spend(1))
      return false;
    const step way{at.path, {}, i, true};
    if (!apply_quietly(rule.schema, {items[i], &way, at.inside, nullptr, at.where}))
      continue;
    ++count;
    if (marks)
      at.seen->mark(i);
  }
  if (count >= rule.min && count <= rule.max)
    return true;
  const bool is_few = count < rule.min;
  return fail(at,
              !is_few         ? "maxContains"
              : rule.min == 1 ? "contains"
                              : "minContains",
              [&] {
                return std::string(is_few ? "must have at least " : "must have at most ") +
                       count_of(is_few ? rule.min : rule.max, "item", "items") +
                       " as \"contains\" says, has " + std::to_string(count);
              });
}

bool evaluator::check_required(const instruction& each, const position& at) {
  const auto& object = at.value.get_object();
  const bool depends = each.code == opcode::dependent_required;
  const auto& trigger = program_.names[each.a];
  if (depends && !object.contains(trigger))
    return true;
  if (!cost_.spend(each.b))
    return false;
  bool valid = true;
  for (std::uint32_t i = depends ? 1 : 0; i < each.b; ++i) {
    const auto& name = program_.names[each.a + i];
    if (object.contains(name))
      continue;
    valid = fail(at, depends ? "dependentRequired" : "required", [&] {
      return "the property " + quote(name) + " is missing" +
             (depends ? "; " + quote(trigger) + " needs it" : std::string());
    });
    if (stops())
      return false;
  }
  return valid;
}

bool evaluator::check_members(const instruction& each, const position& at) {
  const auto& rules = program_.members[each.a];
  bool valid = true;
  std::size_t index = 0;
  for (const auto& member : at.value.get_object()) {
    const step way{at.path, key_of(member), index++, false};
    if (!cost_.spend(1))
      return false;
    if (!check_member(rules, at, way, member.value())) {
      valid = false;
      if (stops())
        return false;
    }
  }
  return valid;
}

bool evaluator::check_member(const member_rules& rules, const position& at, const step& way,
                             const json::value& value) {
  const position inner{value, &way, at.inside, nullptr, at.where};
  const auto property = find_property(rules.properties, way.name);
  bool is_known = property != no_node;
  bool valid = !is_known || apply(property, inner);
  for (const auto& each : rules.patterns) {
    if (!valid && stops())
      return false;
    if (!cost_.spend(steps_for(way.name.size())))
      return false;
    if (!finds(*program_.patterns[each.pattern].compiled, way.name))
      continue;
    is_known = true;
    valid = apply(each.schema, inner) && valid;
  }
  if (!is_known && rules.additional != no_node) {
    if (is_never(rules.additional))
      return fail(at, "additionalProperties", [&] { return unknown_property(way.name, &rules); });
    is_known = true;
    valid = apply(rules.additional, inner);
  }
  if (valid && is_known && at.seen != nullptr)
    at.seen->mark(way.index);
  return valid;
}

bool evaluator::check_property_names(const instruction& each, const position& at) {
  bool valid = true;
  for (const auto& member : at.value.get_object()) {
    const auto name = key_of(member);
    if (!cost_.spend(steps_for(name.size())))
      return false;
    unsigned char buffer[256];
    json::monotonic_resource memory(buffer);
    const json::value text(json::string_view(name.data(), name.size()), &memory);
    const position inner{text, at.path, at.inside, nullptr, at.where};
    if (apply_quietly(each.a, inner))
      continue;
    valid = fail(at, "propertyNames", [&] {
      const auto why = first_violation(each.a, inner);
      return "the property name " + quote(name) + " is not allowed" +
             (why ? ": it " + why->message : std::string());
    });
    if (stops())
      return false;
  }
  return valid;
}

bool evaluator::check_dependent_schema(const instruction& each, const position& at) {
  return !at.value.get_object().contains(program_.names[each.a]) || apply(each.b, at);
}

bool evaluator::check_unevaluated_items(const instruction& each, const position& at) {
  const auto& items = at.value.get_array();
  bool valid = true;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (at.seen->has(i))
      continue;
    const step way{at.path, {}, i, true};
    if (!cost_.spend(1))
      return false;
    if (is_never(each.a))
      valid = fail(at, "unevaluatedItems", [&] {
        return "the item " + std::to_string(i) + " is not covered by the schema";
      });
    else if (!apply(each.a, {items[i], &way, at.inside, nullptr, at.where}))
      valid = false;
    if (!valid && stops())
      return false;
  }
  at.seen->mark_all();
  return valid;
}

bool evaluator::check_unevaluated_properties(const instruction& each, const position& at) {
  bool valid = true;
  std::size_t index = 0;
  for (const auto& member : at.value.get_object()) {
    const step way{at.path, key_of(member), index++, false};
    if (at.seen->has(way.index))
      continue;
    if (!cost_.spend(1))
      return false;
    if (is_never(each.a))
      valid =
          fail(at, "unevaluatedProperties", [&] { return unknown_property(way.name, nullptr); });
    else if (!apply(each.a, {member.value(), &way, at.inside, nullptr, at.where}))
      valid = false;
    if (!valid && stops())
      return false;
  }
  at.seen->mark_all();
  return valid;
}

} // namespace troupe::protocol::schema
