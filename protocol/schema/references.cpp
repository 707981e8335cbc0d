// The part of resources.hpp that follows $ref and $dynamicRef.
#include "troupe/protocol/percent.hpp"
#include "troupe/protocol/schema/meta_schemas.hpp"
#include "troupe/protocol/schema/pointer.hpp"
#include "troupe/protocol/schema/resources.hpp"
#include "troupe/protocol/schema/uri.hpp"

#include <charconv>

namespace troupe::protocol::schema {

namespace {

std::optional<std::size_t> as_index(const std::string& token) {
  if (token.empty() || (token.size() > 1 && token[0] == '0'))
    return std::nullopt;
  std::size_t index = 0;
  const auto* end = token.data() + token.size();
  const auto read = std::from_chars(token.data(), end, index);
  return read.ec == std::errc() && read.ptr == end ? std::optional(index) : std::nullopt;
}

const json::value* child_of(const json::value& value, const std::string& token) {
  if (const auto* object = value.if_object())
    return object->if_contains(token);
  const auto* array = value.if_array();
  const auto index = array == nullptr ? std::nullopt : as_index(token);
  return index && *index < array->size() ? &(*array)[*index] : nullptr;
}

} // namespace

std::optional<resource_id> resources::find_resource(place_id from, std::string_view keyword,
                                                    std::string_view uri) {
  if (const auto known = by_uri_.find(uri); known != by_uri_.end())
    return known->second;
  const json::value* document = nullptr;
  if (options_.documents != nullptr)
    if (const auto at = options_.documents->find(uri); at != options_.documents->end())
      document = &at->second;
  if (document == nullptr)
    document = find_meta_schema(uri);
  if (document == nullptr) {
    refuse(from, keyword,
           "refers to \"" + std::string(uri) +
               "\", which is not in this schema; nothing is fetched, so put it into $defs with "
               "this URI as its $id");
    return std::nullopt;
  }
  const auto root = add_document(*document, std::string(uri), std::string(uri) + "#");
  return root ? std::optional(places_[*root].resource) : std::nullopt;
}

std::optional<place_id> resources::resolve(place_id from, std::string_view keyword,
                                           std::string_view reference) {
  const auto absolute = resolve_uri(resources_[places_[from].resource].uri, reference);
  const auto [uri, encoded] = cut_fragment(absolute);
  const auto found = find_resource(from, keyword, uri);
  if (!found)
    return std::nullopt;
  const auto fragment = percent_decode(encoded);
  if (!fragment) {
    refuse(from, keyword, "is not percent-encoded correctly");
    return std::nullopt;
  }
  if (fragment->empty())
    return resources_[*found].root;
  if (fragment->front() == '/')
    return follow_pointer(from, keyword, resources_[*found], *fragment);
  const auto& anchors = resources_[*found].anchors;
  if (const auto at = anchors.find(*fragment); at != anchors.end())
    return at->second;
  refuse(from, keyword, "refers to the anchor \"" + *fragment + "\", which is not there");
  return std::nullopt;
}

std::optional<place_id> resources::follow_pointer(place_id from, std::string_view keyword,
                                                  const resource& start, std::string_view pointer) {
  const auto whole = std::string(pointer);
  auto nearest = start.root;
  const auto* value = places_[nearest].schema;
  std::string token;
  std::string beyond;
  while (!pointer.empty()) {
    const auto* child = next_token(pointer, token) ? child_of(*value, token) : nullptr;
    if (child == nullptr) {
      refuse(from, keyword, "refers to \"" + whole + "\", which is not there");
      return std::nullopt;
    }
    value = child;
    append_token(beyond, token);
    if (const auto known = by_value_.find(value); known != by_value_.end()) {
      nearest = known->second;
      beyond.clear();
    }
  }
  if (beyond.empty())
    return nearest;
  // A schema where the dialect does not declare one: under a keyword that it does not know.
  const auto id = static_cast<place_id>(places_.size());
  return scan(*value, nearest, std::move(beyond)) ? std::optional(id) : std::nullopt;
}

} // namespace troupe::protocol::schema
