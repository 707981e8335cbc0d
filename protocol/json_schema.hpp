// JSON Schema, draft 2020-12 and draft-07, for everything that others hand us with a promise of its
// shape: arguments and results of tools, answers of people, our own configuration. A schema is
// compiled once, when it is registered; checking is then a walk over flat tables that allocates
// nothing for a valid instance (as long as no unevaluated* keyword is in the way and arrays under
// uniqueItems are short), and it is bounded in steps and depth whatever schema and instance are.
// Nothing is ever fetched. Flow: schema/compiler.hpp -> schema/program.hpp -> schema/evaluator.hpp.
// docs/decisions/0006-own-schema-validator.md tells why it is our own and where it ends.
#pragma once

#include "troupe/protocol/json.hpp"

#include <boost/system/result.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::protocol {

namespace schema {
struct program;
}

enum class schema_draft : unsigned char { draft_07, draft_2020_12 };

/// Why a schema cannot be used.
struct schema_problem {
  /// JSON Pointer to the place in the schema, with the document's URI and '#' in front when it is
  /// one of `schema_options::documents`.
  std::string pointer;
  std::string reason;
};

/// "/properties/age/minimum: must be a number"
std::string to_string(const schema_problem& problem);

[[noreturn]] void throw_exception_from_error(const schema_problem& problem,
                                             const boost::source_location& where);

/// How an instance breaks its schema.
struct violation {
  /// JSON Pointer into the instance; empty for all of it.
  std::string instance;
  /// JSON Pointer to the keyword in the schema: "/properties/age/minimum"; empty when a bound ended
  /// the check.
  std::string keyword;
  /// "must be at least 18, is 12"
  std::string message;
};

/// "/age: must be at least 18, is 12"
std::string to_string(const violation& broken);

/// Documents that references may point to, by absolute URI without fragment.
using schema_documents = std::map<std::string, json::value, std::less<>>;

struct schema_options {
  /// What a schema without `$schema` is.
  schema_draft default_draft = schema_draft::draft_2020_12;
  /// Whether `format` is checked. Otherwise only where the meta-schema asks for it.
  bool assert_formats = false;
  /// Also where custom meta-schemas are looked up. Needed during `compile` only.
  const schema_documents* documents = nullptr;

  /// Subschemas of the schema and of the documents it reaches.
  std::size_t max_subschemas = 10'000;
  /// Levels of subschemas in each other.
  std::size_t max_depth = 64;
  /// What one check may cost; a step is about one keyword on one value.
  std::size_t max_steps = 2'000'000;
  /// Levels of subschemas and references that a check may be inside at once.
  std::size_t max_levels = 512;
};

/// Immutable; may be shared between threads. Needs neither the schema nor the options it was
/// compiled from.
class json_schema {
public:
  static boost::system::result<std::shared_ptr<const json_schema>, schema_problem>
  compile(const json::value& schema, const schema_options& options = {});

  explicit json_schema(std::unique_ptr<const schema::program> program) noexcept;
  ~json_schema();

  json_schema(const json_schema&) = delete;
  json_schema& operator=(const json_schema&) = delete;

  /// The quick question. False also when a bound ends the check. Throws std::bad_alloc only.
  bool accepts(const json::value& instance) const;

  /// Empty when the instance is valid; else at most `max` violations (at least one), in the order in
  /// which they were met.
  std::vector<violation> check(const json::value& instance, std::size_t max = 5) const;

private:
  std::unique_ptr<const schema::program> program_;
};

using json_schema_ptr = std::shared_ptr<const json_schema>;

} // namespace troupe::protocol
