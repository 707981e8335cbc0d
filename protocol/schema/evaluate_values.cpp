// The part of evaluator.hpp for keywords on single values.
#include "troupe/protocol/schema/code_points.hpp"
#include "troupe/protocol/schema/equality.hpp"
#include "troupe/protocol/schema/evaluator.hpp"
#include "troupe/protocol/schema/numbers.hpp"
#include "troupe/protocol/schema/wording.hpp"

#include <algorithm>

namespace troupe::protocol::schema {

namespace {

constexpr std::size_t most_listed = 12;

std::uint64_t types_of(const json::value& value) {
  switch (value.kind()) {
  case json::kind::null:
    return type_bit::null;
  case json::kind::bool_:
    return type_bit::boolean;
  case json::kind::string:
    return type_bit::string;
  case json::kind::array:
    return type_bit::array;
  case json::kind::object:
    return type_bit::object;
  default:
    return is_integer(value) ? type_bit::number | type_bit::integer : type_bit::number;
  }
}

struct number_rule {
  std::string_view keyword;
  std::string_view words;
};

number_rule rule_of(opcode code) {
  switch (code) {
  case opcode::minimum:
    return {"minimum", "must be at least "};
  case opcode::exclusive_minimum:
    return {"exclusiveMinimum", "must be more than "};
  case opcode::maximum:
    return {"maximum", "must be at most "};
  case opcode::exclusive_maximum:
    return {"exclusiveMaximum", "must be less than "};
  default:
    return {"multipleOf", "must be a multiple of "};
  }
}

bool holds(opcode code, const json::value& value, const json::value& limit) {
  switch (code) {
  case opcode::minimum:
    return std::is_gteq(compare_numbers(value, limit));
  case opcode::exclusive_minimum:
    return std::is_gt(compare_numbers(value, limit));
  case opcode::maximum:
    return std::is_lteq(compare_numbers(value, limit));
  case opcode::exclusive_maximum:
    return std::is_lt(compare_numbers(value, limit));
  default:
    return is_multiple_of(value, limit);
  }
}

std::string is_value(const json::value& value) {
  return ", is " + describe(value);
}

std::string length_sentence(std::string_view words, std::uint64_t limit, std::size_t length) {
  return std::string("must have ").append(words) + count_of(limit, "character", "characters") +
         ", has " + std::to_string(length);
}

} // namespace

bool evaluator::check_type(const instruction& each, const position& at) {
  if ((types_of(at.value) & each.n) != 0)
    return true;
  return fail(at, "type", [&] { return "must be " + describe_types(each.n) + is_value(at.value); });
}

bool evaluator::check_constant(const instruction& each, const position& at) {
  const auto& wanted = program_.constants[each.a];
  if (are_equal(wanted, at.value, cost_))
    return true;
  return fail(at, "const", [&] {
    const auto* text = wanted.is_structured() ? "must be the value in the schema" : "must be ";
    return text + (wanted.is_structured() ? std::string() : describe(wanted)) + is_value(at.value);
  });
}

bool evaluator::is_listed(const instruction& each, const json::value& value) {
  const auto& constants = program_.constants;
  if (!each.flag) {
    for (std::uint32_t i = 0; i < each.b; ++i)
      if (are_equal(constants[each.a + i], value, cost_))
        return true;
    return false;
  }
  const auto hash = hash_value(value, cost_);
  const auto first = program_.enum_hashes.begin() + static_cast<std::ptrdiff_t>(each.n);
  const auto last = first + each.b;
  for (auto at = std::lower_bound(first, last, std::pair(hash, std::uint32_t{0}));
       at != last && at->first == hash; ++at)
    if (are_equal(constants[at->second], value, cost_))
      return true;
  return false;
}

bool evaluator::check_enumeration(const instruction& each, const position& at) {
  if (is_listed(each, at.value))
    return true;
  return fail(at, "enum", [&] {
    std::string text = "must be one of ";
    std::vector<std::string_view> words;
    for (std::uint32_t i = 0; i < each.b; ++i) {
      const auto& value = program_.constants[each.a + i];
      if (i < most_listed)
        text.append(i == 0 ? "" : ", ").append(describe(value));
      if (value.is_string())
        words.emplace_back(value.get_string());
    }
    text += each.b > most_listed ? ", …" : "";
    text += is_value(at.value);
    const auto near = at.value.is_string() ? suggest(at.value.get_string(), words) : std::string();
    return near.starts_with("; did") ? text + near : text;
  });
}

bool evaluator::check_number(const instruction& each, const position& at) {
  if (!is_number(at.value) || holds(each.code, at.value, program_.constants[each.a]))
    return true;
  const auto rule = rule_of(each.code);
  return fail(at, rule.keyword, [&] {
    return std::string(rule.words) + describe(program_.constants[each.a]) + is_value(at.value);
  });
}

bool evaluator::check_string(const instruction& each, const position& at) {
  const std::string_view text = at.value.get_string();
  if (!cost_.spend(steps_for(text.size())))
    return false;
  switch (each.code) {
  case opcode::min_length:
    if (const auto length = count_code_points(text); length < each.n)
      return fail(at, "minLength", [&] { return length_sentence("at least ", each.n, length); });
    return true;
  case opcode::max_length:
    if (const auto length = count_code_points(text); length > each.n)
      return fail(at, "maxLength", [&] { return length_sentence("at most ", each.n, length); });
    return true;
  case opcode::pattern: {
    const auto& wanted = program_.patterns[each.a];
    if (finds(*wanted.compiled, text))
      return true;
    return fail(at, "pattern", [&] {
      return "must match the pattern " + quote(wanted.text) + is_value(at.value);
    });
  }
  default: {
    const auto& wanted = *program_.formats[each.a];
    if (wanted.accepts(text))
      return true;
    return fail(at, "format",
                [&] { return "must be " + std::string(wanted.description) + is_value(at.value); });
  }
  }
}

} // namespace troupe::protocol::schema
