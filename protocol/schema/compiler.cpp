#include "troupe/protocol/schema/compiler.hpp"

#include <algorithm>

namespace troupe::protocol::schema {

compiler::compiler(const schema_options& options)
    : options_(options), resources_(options), program_(std::make_unique<program>()) {}

boost::system::result<std::unique_ptr<const program>, schema_problem>
compiler::run(const json::value& schema) {
  const auto root = resources_.add_document(schema, {}, {});
  if (!root)
    return std::move(resources_.problem());
  // All of it, so that a mistake in a definition that nothing uses yet is told too. What is read
  // later, because a reference leads there, is compiled as far as it is used.
  for (auto each = *root; each < resources_.places().size(); ++each)
    node_of(each);
  if (!compile_all())
    return std::move(resources_.problem());
  for (auto& each : resources_.places())
    program_->locations.push_back({each.parent, std::move(each.token)});
  program_->max_steps = options_.max_steps;
  program_->max_levels = options_.max_levels;
  return std::unique_ptr<const program>(std::move(program_));
}

bool compiler::compile_all() {
  while (!work_.empty()) {
    while (!work_.empty()) {
      const auto next = work_.back();
      work_.pop_back();
      if (!compile(next))
        return false;
    }
    compile_dynamic_anchors();
  }
  return true;
}

// A $dynamicRef may reach each anchor of its name, so all of them become nodes.
bool compiler::compile_dynamic_anchors() {
  auto& known = program_->dynamic_anchors;
  std::vector<std::uint32_t> names;
  for (const auto& each : program_->code)
    if (each.code == opcode::dynamic_reference)
      names.push_back(each.b);
  known.clear();
  const auto& all = resources_.all();
  for (const auto name : names)
    for (std::size_t i = 0; i < all.size(); ++i)
      if (const auto at = all[i].dynamic_anchors.find(program_->names[name]);
          at != all[i].dynamic_anchors.end())
        known.push_back({name, static_cast<std::uint32_t>(i), node_of(at->second)});
  const auto order = [](const dynamic_anchor& left, const dynamic_anchor& right) {
    return std::pair(left.name, left.resource) < std::pair(right.name, right.resource);
  };
  const auto same = [](const dynamic_anchor& left, const dynamic_anchor& right) {
    return left.name == right.name && left.resource == right.resource;
  };
  std::sort(known.begin(), known.end(), order);
  known.erase(std::unique(known.begin(), known.end(), same), known.end());
  return true;
}

node_id compiler::node_of(place_id id) {
  if (nodes_.size() <= id)
    nodes_.resize(id + 1, no_node);
  if (nodes_[id] == no_node) {
    nodes_[id] = static_cast<node_id>(program_->nodes.size());
    program_->nodes.push_back({0, 0, id, resources_[id].resource, false});
    work_.push_back(id);
  }
  return nodes_[id];
}

bool compiler::compile(place_id id) {
  current_ = id;
  const auto first = static_cast<std::uint32_t>(program_->code.size());
  const auto* schema = resources_[id].schema;
  object_ = schema->if_object();
  if (object_ != nullptr) {
    if (!compile_keywords())
      return false;
  } else if (!schema->get_bool()) {
    add(opcode::never);
  }
  auto& compiled = program_->nodes[nodes_[id]];
  compiled.first = first;
  compiled.count = static_cast<std::uint32_t>(program_->code.size()) - first;
  compiled.has_unevaluated =
      compiled.count > 0 && program_->code.back().code >= opcode::unevaluated_items;
  return true;
}

// What is cheap and what is said first to a person comes first; what needs the results of the
// others comes last.
bool compiler::compile_keywords() {
  // A copy: following a reference may add places.
  const auto rules = resources_[current_].rules;
  if (rules.draft == schema_draft::draft_07 && member("$ref") != nullptr)
    return compile_reference("$ref");
  return (!rules.has_validation || compile_assertions()) &&
         with("format", &compiler::emit_format) &&
         (!rules.has_applicators || compile_applicators()) && compile_reference("$ref") &&
         compile_reference("$dynamicRef") && (!rules.has_unevaluated || compile_unevaluated());
}

bool compiler::compile_reference(std::string_view keyword) {
  const auto* value = member(keyword);
  const bool is_dynamic = keyword == "$dynamicRef";
  if (value == nullptr ||
      (is_dynamic && resources_[current_].rules.draft == schema_draft::draft_07))
    return true;
  if (!value->is_string())
    return refuse(keyword, "must be a string");
  const std::string_view reference = value->get_string();
  const auto target = resources_.resolve(current_, keyword, reference);
  if (!target)
    return false;
  const auto found = node_of(*target);
  const auto hash = reference.find('#');
  const auto name =
      hash == std::string_view::npos ? std::string_view{} : reference.substr(hash + 1);
  const auto& owner = resources_.all()[resources_[*target].resource];
  const auto anchor = owner.dynamic_anchors.find(name);
  if (!is_dynamic || anchor == owner.dynamic_anchors.end() || anchor->second != *target) {
    add(opcode::reference).a = found;
    return true;
  }
  auto& names = program_->names;
  const auto at = std::find(names.begin(), names.end(), name);
  const auto index = static_cast<std::uint32_t>(at - names.begin());
  if (at == names.end())
    names.emplace_back(name);
  auto& added = add(opcode::dynamic_reference);
  added.a = found;
  added.b = index;
  return true;
}

bool compiler::with(std::string_view keyword, emitter emit) {
  const auto* value = member(keyword);
  return value == nullptr || (this->*emit)(*value);
}

instruction& compiler::add(opcode code) {
  program_->code.push_back({0, 0, 0, code, false});
  return program_->code.back();
}

} // namespace troupe::protocol::schema
