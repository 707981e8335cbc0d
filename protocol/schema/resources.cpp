#include "troupe/protocol/schema/resources.hpp"

#include "troupe/protocol/schema/pointer.hpp"
#include "troupe/protocol/schema/uri.hpp"

#include <algorithm>

namespace troupe::protocol::schema {

namespace {

enum class holds { nothing, schema, schemas, named_schemas, schema_or_schemas, dependencies };

// Which keywords hold subschemas.
holds content_of(std::string_view keyword, schema_draft draft) {
  const bool is_new = draft == schema_draft::draft_2020_12;
  if (keyword == "not" || keyword == "if" || keyword == "then" || keyword == "else" ||
      keyword == "contains" || keyword == "propertyNames" || keyword == "additionalProperties")
    return holds::schema;
  if (keyword == "allOf" || keyword == "anyOf" || keyword == "oneOf")
    return holds::schemas;
  if (keyword == "properties" || keyword == "patternProperties" || keyword == "definitions")
    return holds::named_schemas;
  if (keyword == "items")
    return is_new ? holds::schema : holds::schema_or_schemas;
  if (keyword == "dependencies")
    return holds::dependencies;
  if (keyword == "additionalItems")
    return is_new ? holds::nothing : holds::schema;
  if (!is_new)
    return holds::nothing;
  if (keyword == "prefixItems")
    return holds::schemas;
  if (keyword == "$defs" || keyword == "dependentSchemas")
    return holds::named_schemas;
  return keyword == "unevaluatedItems" || keyword == "unevaluatedProperties" ||
                 keyword == "contentSchema"
             ? holds::schema
             : holds::nothing;
}

std::string_view view(json::string_view text) {
  return {text.data(), text.size()};
}

bool is_anchor(std::string_view name) {
  const auto is_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), is_part) && name[0] != '-' &&
         name[0] != '.' && !(name[0] >= '0' && name[0] <= '9');
}

bool hides_siblings(const place& at) {
  return at.rules.draft == schema_draft::draft_07 && at.schema->get_object().contains("$ref");
}

} // namespace

std::string pointer_of(const std::vector<place>& places, place_id id) {
  std::vector<place_id> chain;
  for (; id != no_place; id = places[id].parent)
    chain.push_back(id);
  std::reverse(chain.begin(), chain.end());
  std::string pointer;
  for (const auto each : chain)
    pointer += places[each].token;
  return pointer;
}

bool resources::refuse(place_id at, std::string_view keyword, std::string reason) {
  if (!problem_) {
    problem_ = schema_problem{pointer_of(places_, at), std::move(reason)};
    if (!keyword.empty())
      append_token(problem_->pointer, keyword);
  }
  return false;
}

std::optional<place_id> resources::add_place(const json::value& schema, place_id parent,
                                             std::string token, resource_id owner,
                                             const dialect& rules) {
  const auto depth = parent == no_place ? 1 : places_[parent].depth + 1;
  const auto id = static_cast<place_id>(places_.size());
  places_.push_back({&schema, parent, std::move(token), owner, rules, depth});
  by_value_.emplace(&schema, id);
  if (!schema.is_object() && !schema.is_bool())
    refuse(id, {}, "a schema must be an object, true or false");
  else if (depth > options_.max_depth)
    refuse(id, {}, "more than " + std::to_string(options_.max_depth) + " schemas in each other");
  else if (places_.size() > options_.max_subschemas)
    refuse(id, {}, "more than " + std::to_string(options_.max_subschemas) + " subschemas");
  return problem_ ? std::nullopt : std::optional(id);
}

std::optional<place_id> resources::add_document(const json::value& document, std::string uri,
                                                std::string token) {
  const auto owner = static_cast<resource_id>(resources_.size());
  resources_.push_back({uri, static_cast<place_id>(places_.size()), {}, {}});
  by_uri_.emplace(std::move(uri), owner);
  const auto root =
      add_place(document, no_place, std::move(token), owner, default_dialect(options_));
  if (!root || !read_names(*root) || !scan_members(*root))
    return std::nullopt;
  return root;
}

bool resources::scan(const json::value& schema, place_id parent, std::string token) {
  const auto id =
      add_place(schema, parent, std::move(token), places_[parent].resource, places_[parent].rules);
  return id && read_names(*id) && scan_members(*id);
}

bool resources::read_names(place_id id) {
  const auto* schema = places_[id].schema->if_object();
  if (schema == nullptr)
    return true;
  if (!read_dialect(id, *schema))
    return false;
  if (!hides_siblings(places_[id]) && !read_id(id, *schema))
    return false;
  if (places_[id].rules.draft == schema_draft::draft_07)
    return true;
  return read_anchor(id, *schema, "$anchor") && read_anchor(id, *schema, "$dynamicAnchor");
}

bool resources::read_dialect(place_id id, const json::object& schema) {
  const auto* uri = schema.if_contains("$schema");
  if (uri == nullptr)
    return true;
  if (!uri->is_string())
    return refuse(id, "$schema", "must be a string");
  if (places_[id].parent != no_place && !schema.contains("$id"))
    return refuse(id, "$schema", "is allowed only at the root of a document or beside $id");
  auto found = find_dialect(view(uri->get_string()), options_);
  if (auto* reason = std::get_if<std::string>(&found))
    return refuse(id, "$schema", std::move(*reason));
  places_[id].rules = std::get<dialect>(found);
  return true;
}

bool resources::read_id(place_id id, const json::object& schema) {
  const auto* value = schema.if_contains("$id");
  if (value == nullptr)
    return true;
  if (!value->is_string())
    return refuse(id, "$id", "must be a string");
  const auto text = view(value->get_string());
  const auto [uri, fragment] = cut_fragment(text);
  const bool has_anchor = !fragment.empty();
  if (has_anchor && places_[id].rules.draft != schema_draft::draft_07)
    return refuse(id, "$id", "must have no fragment; use $anchor for it");
  if (!uri.empty() && !start_resource(id, resolve_uri(resources_[places_[id].resource].uri, uri)))
    return false;
  return !has_anchor || add_anchor(id, "$id", fragment, false);
}

bool resources::start_resource(place_id id, std::string uri) {
  const auto known = by_uri_.find(uri);
  if (known != by_uri_.end()) {
    if (resources_[known->second].root == id)
      return true;
    return refuse(id, "$id", "another schema has the same URI \"" + uri + "\"");
  }
  auto owner = places_[id].resource;
  if (places_[id].parent == no_place) {
    resources_[owner].uri = uri;
  } else {
    owner = static_cast<resource_id>(resources_.size());
    resources_.push_back({uri, id, {}, {}});
    places_[id].resource = owner;
  }
  by_uri_.emplace(std::move(uri), owner);
  return true;
}

bool resources::read_anchor(place_id id, const json::object& schema, std::string_view keyword) {
  const auto* value = schema.if_contains(keyword);
  if (value == nullptr)
    return true;
  if (!value->is_string() || !is_anchor(view(value->get_string())))
    return refuse(id, keyword, "must be a name of letters, digits, '-', '_' and '.'");
  return add_anchor(id, keyword, view(value->get_string()), keyword == "$dynamicAnchor");
}

bool resources::add_anchor(place_id id, std::string_view keyword, std::string_view name,
                           bool is_dynamic) {
  auto& owner = resources_[places_[id].resource];
  const auto [at, is_new] = owner.anchors.emplace(std::string(name), id);
  if (!is_new && at->second != id)
    return refuse(id, keyword, "another subschema has the same anchor \"" + at->first + "\"");
  if (is_dynamic)
    owner.dynamic_anchors.emplace(std::string(name), id);
  return true;
}

bool resources::scan_members(place_id id) {
  const auto* schema = places_[id].schema->if_object();
  if (schema == nullptr)
    return true;
  for (const auto& member : *schema)
    if (!scan_keyword(id, view(member.key()), member.value()))
      return false;
  return true;
}

bool resources::scan_keyword(place_id id, std::string_view keyword, const json::value& value) {
  switch (content_of(keyword, places_[id].rules.draft)) {
  case holds::nothing:
    return true;
  case holds::schemas:
    return scan_array(id, keyword, value);
  case holds::named_schemas:
  case holds::dependencies:
    return scan_map(id, keyword, value);
  case holds::schema_or_schemas:
    if (value.is_array())
      return scan_array(id, keyword, value);
    break;
  case holds::schema:
    break;
  }
  return scan(value, id, "/" + std::string(keyword));
}

bool resources::scan_array(place_id id, std::string_view keyword, const json::value& value) {
  const auto* schemas = value.if_array();
  if (schemas == nullptr || (schemas->empty() && keyword != "items"))
    return refuse(id, keyword, "must be an array of at least one schema");
  for (std::size_t i = 0; i < schemas->size(); ++i)
    if (!scan((*schemas)[i], id, "/" + std::string(keyword) + "/" + std::to_string(i)))
      return false;
  return true;
}

bool resources::scan_map(place_id id, std::string_view keyword, const json::value& value) {
  const auto* schemas = value.if_object();
  if (schemas == nullptr)
    return refuse(id, keyword, "must be an object whose members are schemas");
  for (const auto& member : *schemas) {
    if (keyword == "dependencies" && member.value().is_array())
      continue;
    std::string token = "/" + std::string(keyword);
    append_token(token, view(member.key()));
    if (!scan(member.value(), id, std::move(token)))
      return false;
  }
  return true;
}

} // namespace troupe::protocol::schema
