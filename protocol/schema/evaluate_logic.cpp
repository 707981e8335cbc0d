// The part of evaluator.hpp that joins schemas.
#include "troupe/protocol/schema/evaluator.hpp"

#include <algorithm>

namespace troupe::protocol::schema {

bool evaluator::check_all(const instruction& each, const position& at) {
  bool valid = true;
  for (std::uint32_t i = 0; i < each.b; ++i)
    if (!apply(program_.lists[each.a + i], at)) {
      valid = false;
      if (stops())
        return false;
    }
  return valid;
}

bool evaluator::check_any(const instruction& each, const position& at) {
  bool valid = false;
  for (std::uint32_t i = 0; i < each.b; ++i) {
    valid = apply_branch(program_.lists[each.a + i], at) || valid;
    // With somebody asking what is evaluated, the other branches count too.
    if (valid && at.seen == nullptr)
      return true;
  }
  return valid || fail(at, "anyOf", [&] {
           return "must match at least one of " + std::to_string(each.b) + " schemas" +
                  nearest_branch(each, at);
         });
}

bool evaluator::check_one(const instruction& each, const position& at) {
  std::uint32_t count = 0;
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  for (std::uint32_t i = 0; i < each.b && count < 2; ++i)
    if (apply_branch(program_.lists[each.a + i], at)) {
      first = ++count == 1 ? i : first;
      last = i;
    }
  if (count == 1)
    return true;
  return fail(at, "oneOf", [&] {
    auto text = "must match exactly one of " + std::to_string(each.b) + " schemas";
    if (count == 0)
      return text + nearest_branch(each, at);
    return text + ", matches number " + std::to_string(first + 1) + " and number " +
           std::to_string(last + 1);
  });
}

bool evaluator::check_negation(const instruction& each, const position& at) {
  if (!apply_quietly(each.a, {at.value, at.path, at.inside, nullptr, at.where}))
    return true;
  return fail(at, "not", [] { return std::string("must not match the schema in \"not\""); });
}

bool evaluator::check_condition(const instruction& each, const position& at) {
  const auto* branches = &program_.lists[each.a];
  const auto next = apply_branch(branches[0], at) ? branches[1] : branches[2];
  return next == no_node || apply(next, at);
}

// The branch that got furthest, in a few words: deepest into the instance, and past the type.
std::string evaluator::nearest_branch(const instruction& each, const position& at) {
  if (is_nested_)
    return {};
  std::optional<violation> best;
  std::ptrdiff_t best_score = -1;
  std::uint32_t number = 0;
  for (std::uint32_t i = 0; i < each.b; ++i) {
    auto found = first_violation(program_.lists[each.a + i], at);
    if (!found)
      continue;
    const auto depth = std::count(found->instance.begin(), found->instance.end(), '/');
    const auto score = 2 * depth + (found->keyword.ends_with("/type") ? 0 : 1);
    if (score > best_score) {
      best_score = score;
      best = std::move(found);
      number = i + 1;
    }
  }
  return best ? "; the nearest is number " + std::to_string(number) + ": " + to_string(*best)
              : std::string();
}

std::optional<violation> evaluator::first_violation(node_id id, const position& at) {
  std::vector<violation> found;
  auto* const outer = std::exchange(found_, &found);
  const auto max = std::exchange(max_, 1);
  const bool was_nested = std::exchange(is_nested_, true);
  apply(id, {at.value, at.path, at.inside, nullptr, at.where});
  found_ = outer;
  max_ = max;
  is_nested_ = was_nested;
  return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

} // namespace troupe::protocol::schema
