// Where the subschemas of a schema are, and what names they have ($id, $anchor): everything that a
// reference can point to. Only places that the dialect declares to hold schemas are looked at, so
// an "$id" inside an enum names nothing. Internal to the compiler (compiler.hpp).
#pragma once

#include "troupe/protocol/schema/dialect.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <unordered_map>

namespace troupe::protocol::schema {

using place_id = std::uint32_t;
using resource_id = std::uint32_t;
constexpr place_id no_place = std::numeric_limits<place_id>::max();

/// One subschema.
struct place {
  const json::value* schema = nullptr;
  place_id parent = no_place;
  /// What it adds to the parent's pointer; of a registered document, its URI and '#'.
  std::string token;
  resource_id resource = 0;
  dialect rules;
  std::size_t depth = 0;
};

/// What has an absolute URI of its own: a document, or a subschema with `$id`.
struct resource {
  std::string uri;
  place_id root = no_place;
  std::map<std::string, place_id, std::less<>> anchors;
  std::map<std::string, place_id, std::less<>> dynamic_anchors;
};

/// False or nothing from a member means that `problem()` tells why.
class resources {
public:
  explicit resources(const schema_options& options) : options_(options) {}

  /// Finds all subschemas of a document whose URI, before its `$id`, is `uri`.
  std::optional<place_id> add_document(const json::value& document, std::string uri,
                                       std::string token);

  /// Where the `$ref` or `$dynamicRef` of a place points to; reads further documents for it.
  std::optional<place_id> resolve(place_id from, std::string_view keyword,
                                  std::string_view reference);

  /// The place of a subschema that is known to be one.
  place_id place_of(const json::value& schema) const { return by_value_.at(&schema); }

  const place& operator[](place_id id) const { return places_[id]; }
  std::vector<place>& places() noexcept { return places_; }
  const std::vector<resource>& all() const noexcept { return resources_; }

  /// `keyword` may be empty.
  bool refuse(place_id at, std::string_view keyword, std::string reason);
  schema_problem& problem() { return *problem_; }

private:
  std::optional<place_id> add_place(const json::value& schema, place_id parent, std::string token,
                                    resource_id owner, const dialect& rules);
  bool scan(const json::value& schema, place_id parent, std::string token);
  bool read_names(place_id id);
  bool read_dialect(place_id id, const json::object& schema);
  bool read_id(place_id id, const json::object& schema);
  bool read_anchor(place_id id, const json::object& schema, std::string_view keyword);
  bool add_anchor(place_id id, std::string_view keyword, std::string_view name, bool is_dynamic);
  bool start_resource(place_id id, std::string uri);
  bool scan_members(place_id id);
  bool scan_keyword(place_id id, std::string_view keyword, const json::value& value);
  bool scan_array(place_id id, std::string_view keyword, const json::value& value);
  bool scan_map(place_id id, std::string_view keyword, const json::value& value);
  std::optional<resource_id> find_resource(place_id from, std::string_view keyword,
                                           std::string_view uri);
  std::optional<place_id> follow_pointer(place_id from, std::string_view keyword,
                                         const resource& start, std::string_view pointer);

  const schema_options& options_;
  std::vector<place> places_;
  std::vector<resource> resources_;
  std::map<std::string, resource_id, std::less<>> by_uri_;
  std::unordered_map<const json::value*, place_id> by_value_;
  std::optional<schema_problem> problem_;
};

std::string pointer_of(const std::vector<place>& places, place_id id);

} // namespace troupe::protocol::schema
