#include "troupe/protocol/schema/dialect.hpp"

#include "troupe/protocol/schema/uri.hpp"

namespace troupe::protocol::schema {

namespace {

constexpr std::string_view uri_2020 = "https://json-schema.org/draft/2020-12/schema";
constexpr std::string_view vocabularies_2020 = "https://json-schema.org/draft/2020-12/vocab/";
// A meta-schema may have a meta-schema of its own, and so on.
constexpr int max_ancestors = 8;

bool is_draft_07(std::string_view uri) {
  return uri == "http://json-schema.org/draft-07/schema" ||
         uri == "https://json-schema.org/draft-07/schema";
}

std::string quoted(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

// False when the vocabulary is unknown.
bool add_vocabulary(dialect& found, std::string_view uri) {
  if (!uri.starts_with(vocabularies_2020))
    return false;
  const auto name = uri.substr(vocabularies_2020.size());
  if (name == "applicator")
    found.has_applicators = true;
  else if (name == "unevaluated")
    found.has_unevaluated = true;
  else if (name == "validation")
    found.has_validation = true;
  else if (name == "format-assertion")
    found.asserts_format = true;
  else
    return name == "core" || name == "meta-data" || name == "format-annotation" ||
           name == "content";
  return true;
}

std::variant<dialect, std::string> read_vocabularies(std::string_view uri,
                                                     const json::object& vocabularies,
                                                     const schema_options& options) {
  dialect found{schema_draft::draft_2020_12, false, false, false, options.assert_formats};
  for (const auto& member : vocabularies) {
    const std::string_view name(member.key().data(), member.key().size());
    const bool is_required = member.value().is_bool() && member.value().get_bool();
    if (!add_vocabulary(found, name) && is_required)
      return "its meta-schema " + quoted(uri) + " requires the vocabulary " + quoted(name) +
             ", which is not known here";
  }
  return found;
}

std::variant<dialect, std::string> find(std::string_view uri, const schema_options& options,
                                        int ancestors) {
  uri = cut_fragment(uri).first;
  auto found = default_dialect(options);
  found.draft = is_draft_07(uri) ? schema_draft::draft_07 : schema_draft::draft_2020_12;
  if (uri == uri_2020 || is_draft_07(uri))
    return found;
  const json::value* document = nullptr;
  if (options.documents != nullptr)
    if (const auto at = options.documents->find(uri); at != options.documents->end())
      document = &at->second;
  const auto* meta = document == nullptr ? nullptr : document->if_object();
  const auto* parent = meta == nullptr ? nullptr : meta->if_contains("$schema");
  if (parent == nullptr || !parent->is_string() || ancestors == 0)
    return "the dialect " + quoted(uri) + " is not known; known are " + quoted(uri_2020) +
           " and \"http://json-schema.org/draft-07/schema#\"";
  auto inherited = find(parent->get_string(), options, ancestors - 1);
  const auto* vocabularies = meta->if_contains("$vocabulary");
  const auto* base = std::get_if<dialect>(&inherited);
  if (base == nullptr || base->draft == schema_draft::draft_07 || vocabularies == nullptr ||
      !vocabularies->is_object())
    return inherited;
  return read_vocabularies(uri, vocabularies->get_object(), options);
}

} // namespace

dialect default_dialect(const schema_options& options) {
  return {options.default_draft, true, true, true, options.assert_formats};
}

std::variant<dialect, std::string> find_dialect(std::string_view uri,
                                                const schema_options& options) {
  return find(uri, options, max_ancestors);
}

} // namespace troupe::protocol::schema
