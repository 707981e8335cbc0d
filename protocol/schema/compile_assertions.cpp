// The part of compiler.hpp for keywords that look at one value only.
#include "troupe/protocol/schema/compiler.hpp"
#include "troupe/protocol/schema/equality.hpp"
#include "troupe/protocol/schema/numbers.hpp"

#include <algorithm>

namespace troupe::protocol::schema {

namespace {

// From here on an enum is looked up by hash.
constexpr std::size_t many_values = 8;

std::uint64_t bit_of_type(const json::value& value) {
  if (!value.is_string())
    return 0;
  const std::string_view name = value.get_string();
  constexpr std::pair<std::string_view, std::uint64_t> types[] = {
      {"null", type_bit::null},     {"boolean", type_bit::boolean}, {"integer", type_bit::integer},
      {"number", type_bit::number}, {"string", type_bit::string},   {"array", type_bit::array},
      {"object", type_bit::object}};
  for (const auto& [known, bit] : types)
    if (known == name)
      return bit;
  return 0;
}

} // namespace

bool compiler::compile_assertions() {
  return with("type", &compiler::emit_type) && with("const", &compiler::emit_const) &&
         with("enum", &compiler::emit_enum) && emit_limit("minimum", opcode::minimum) &&
         emit_limit("exclusiveMinimum", opcode::exclusive_minimum) &&
         emit_limit("maximum", opcode::maximum) &&
         emit_limit("exclusiveMaximum", opcode::exclusive_maximum) &&
         emit_limit("multipleOf", opcode::multiple_of) &&
         emit_count("minLength", opcode::min_length) &&
         emit_count("maxLength", opcode::max_length) && with("pattern", &compiler::emit_pattern) &&
         emit_count("minItems", opcode::min_items) && emit_count("maxItems", opcode::max_items) &&
         with("uniqueItems", &compiler::emit_unique_items) &&
         emit_count("minProperties", opcode::min_properties) &&
         emit_count("maxProperties", opcode::max_properties) &&
         with("required", &compiler::emit_required) &&
         (resources_[current_].rules.draft == schema_draft::draft_07 ||
          with("dependentRequired", &compiler::emit_dependent_required));
}

bool compiler::emit_type(const json::value& value) {
  std::uint64_t bits = 0;
  if (const auto* several = value.if_array()) {
    for (const auto& each : *several) {
      const auto bit = bit_of_type(each);
      bits = bit == 0 ? 0 : bits | bit;
      if (bit == 0)
        break;
    }
  } else {
    bits = bit_of_type(value);
  }
  if (bits == 0)
    return refuse("type", "must be one or several of \"null\", \"boolean\", \"integer\", "
                          "\"number\", \"string\", \"array\", \"object\"");
  add(opcode::type).n = bits;
  return true;
}

std::uint32_t compiler::add_constant(const json::value& value) {
  program_->constants.emplace_back(value, json::storage_ptr());
  return static_cast<std::uint32_t>(program_->constants.size() - 1);
}

bool compiler::emit_const(const json::value& value) {
  const auto index = add_constant(value);
  add(opcode::constant).a = index;
  return true;
}

bool compiler::emit_enum(const json::value& value) {
  const auto* values = value.if_array();
  if (values == nullptr)
    return refuse("enum", "must be an array");
  const auto first = static_cast<std::uint32_t>(program_->constants.size());
  for (const auto& each : *values)
    add_constant(each);
  auto& added = add(opcode::enumeration);
  added.a = first;
  added.b = static_cast<std::uint32_t>(values->size());
  if (values->size() < many_values)
    return true;
  auto& hashes = program_->enum_hashes;
  added.n = hashes.size();
  added.flag = true;
  budget cost(options_.max_steps, options_.max_levels);
  for (std::uint32_t i = 0; i < added.b; ++i)
    hashes.emplace_back(hash_value(program_->constants[first + i], cost), first + i);
  std::sort(hashes.end() - added.b, hashes.end());
  return !cost.is_exhausted() || refuse("enum", "is too large");
}

bool compiler::emit_limit(std::string_view keyword, opcode code) {
  const auto* value = member(keyword);
  if (value == nullptr)
    return true;
  if (!is_number(*value))
    return refuse(keyword, "must be a number");
  if (code == opcode::multiple_of && !std::is_gt(compare_numbers(*value, json::value(0))))
    return refuse(keyword, "must be greater than 0");
  const auto index = add_constant(*value);
  add(code).a = index;
  return true;
}

bool compiler::read_count(std::string_view keyword, std::uint64_t& count) {
  const auto* value = member(keyword);
  if (value == nullptr)
    return true;
  const auto read = as_count(*value);
  if (!read)
    return refuse(keyword, "must be an integer of at least 0");
  count = *read;
  return true;
}

bool compiler::emit_count(std::string_view keyword, opcode code) {
  std::uint64_t count = 0;
  if (member(keyword) == nullptr)
    return true;
  if (!read_count(keyword, count))
    return false;
  add(code).n = count;
  return true;
}

bool compiler::add_pattern(std::string_view keyword, std::string_view text, std::uint32_t& index) {
  auto& patterns = program_->patterns;
  const auto known = std::find_if(patterns.begin(), patterns.end(),
                                  [&](const text_pattern& each) { return each.text == text; });
  index = static_cast<std::uint32_t>(known - patterns.begin());
  if (known != patterns.end())
    return true;
  auto compiled = compile_pattern(text);
  if (!compiled)
    return refuse(keyword, "cannot use the pattern \"" + std::string(text) + "\": at byte " +
                               std::to_string(compiled.error().position) + ", " +
                               compiled.error().reason);
  patterns.push_back({std::string(text), std::move(*compiled)});
  return true;
}

bool compiler::emit_pattern(const json::value& value) {
  if (!value.is_string())
    return refuse("pattern", "must be a string");
  std::uint32_t index = 0;
  if (!add_pattern("pattern", value.get_string(), index))
    return false;
  add(opcode::pattern).a = index;
  return true;
}

bool compiler::emit_format(const json::value& value) {
  if (!value.is_string())
    return refuse("format", "must be a string");
  const auto* found = find_format(value.get_string());
  if (found == nullptr || !resources_[current_].rules.asserts_format)
    return true;
  program_->formats.push_back(found);
  add(opcode::format).a = static_cast<std::uint32_t>(program_->formats.size() - 1);
  return true;
}

bool compiler::emit_unique_items(const json::value& value) {
  if (!value.is_bool())
    return refuse("uniqueItems", "must be true or false");
  if (value.get_bool())
    add(opcode::unique_items);
  return true;
}

bool compiler::emit_names(std::string_view keyword, opcode code, const json::value& value,
                          const std::string* trigger) {
  const auto* needed = value.if_array();
  if (needed == nullptr)
    return refuse(keyword, "must be an array of names");
  auto& names = program_->names;
  const auto first = names.size();
  if (trigger != nullptr)
    names.push_back(*trigger);
  for (const auto& each : *needed) {
    if (!each.is_string())
      return refuse(keyword, "must be an array of names");
    names.emplace_back(each.get_string());
  }
  auto& added = add(code);
  added.a = static_cast<std::uint32_t>(first);
  added.b = static_cast<std::uint32_t>(names.size() - first);
  return true;
}

bool compiler::emit_required(const json::value& value) {
  return emit_names("required", opcode::required, value, nullptr);
}

bool compiler::emit_dependent_required(const json::value& value) {
  const auto* rules = value.if_object();
  if (rules == nullptr)
    return refuse("dependentRequired", "must be an object of arrays of names");
  for (const auto& rule : *rules) {
    const std::string trigger(rule.key());
    if (!emit_names("dependentRequired", opcode::dependent_required, rule.value(), &trigger))
      return false;
  }
  return true;
}

} // namespace troupe::protocol::schema
