// Which keywords a schema has and how they behave: by `$schema`, through the meta-schema's
// `$vocabulary` when it is a custom one.
#pragma once

#include "troupe/protocol/json_schema.hpp"

#include <string_view>
#include <variant>

namespace troupe::protocol::schema {

struct dialect {
  schema_draft draft = schema_draft::draft_2020_12;
  bool has_applicators = true;
  bool has_unevaluated = true;
  bool has_validation = true;
  bool asserts_format = false;
};

dialect default_dialect(const schema_options& options);

/// A reason when nothing is known under this URI, or its meta-schema requires a vocabulary that we
/// do not have.
std::variant<dialect, std::string> find_dialect(std::string_view uri,
                                                const schema_options& options);

} // namespace troupe::protocol::schema
