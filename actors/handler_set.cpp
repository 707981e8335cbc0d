#include "troupe/actors/handler_set.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <spdlog/spdlog.h>

namespace troupe {

template<class Description>
bool handler_set::check(const Description& description, std::string_view key) {
  auto found = inspect(description);
  for (const auto& advice : found.advice)
    spdlog::warn("handler={} advice={}", key, advice);
  for (auto& error : found.errors)
    errors_.push_back(std::string{key} + ": " + std::move(error));
  return found.errors.empty();
}

protocol::json_schema_ptr handler_set::compile(const protocol::tool& description,
                                               std::string_view member,
                                               const boost::json::value& schema) {
  if (schema.is_null())
    return nullptr;
  auto compiled = protocol::json_schema::compile(schema);
  if (compiled)
    return *std::move(compiled);
  errors_.push_back(description.name + ": " + std::string{member} + to_string(compiled.error()));
  return nullptr;
}

handler_set& handler_set::add(protocol::tool description, handler run, tool_options options) {
  if (!check(description, description.name))
    return *this;
  const auto errors = errors_.size();
  auto input = compile(description, "inputSchema", description.input_schema);
  auto output = compile(description, "outputSchema", description.output_schema);
  const auto* schema = description.input_schema.if_object();
  auto headers = schema != nullptr ? protocol::find_param_headers(*schema)
                                   : std::vector<protocol::param_header>{};
  if (!headers)
    errors_.push_back(description.name + ": inputSchema: " + headers.error().message);
  if (errors_.size() == errors)
    changes_.emplace_back(tool_entry{0, std::move(description), std::move(run), options,
                                     *std::move(headers), std::move(input), std::move(output)});
  return *this;
}

handler_set& handler_set::add(protocol::resource description, handler run) {
  if (check(description, description.uri))
    changes_.emplace_back(resource_entry{0, std::move(description), std::move(run)});
  return *this;
}

handler_set& handler_set::add(protocol::resource_template description, handler run,
                              completions completions) {
  if (!check(description, description.uri_template))
    return *this;
  auto pattern = protocol::uri_template::compile(description.uri_template);
  if (!pattern) {
    errors_.push_back(description.uri_template + ": at byte " +
                      std::to_string(pattern.error().position) + ": " + pattern.error().message);
    return *this;
  }
  changes_.emplace_back(template_entry{0, std::move(description), std::move(*pattern),
                                       std::move(run), std::move(completions)});
  return *this;
}

handler_set& handler_set::add(protocol::prompt description, handler run, completions completions) {
  if (check(description, description.name))
    changes_.emplace_back(
        prompt_entry{0, std::move(description), std::move(run), std::move(completions)});
  return *this;
}

handler_set& handler_set::remove(entry_kind kind, std::string_view key) {
  changes_.emplace_back(removal{kind, std::string{key}});
  return *this;
}

handler_set& handler_set::merge(handler_set other) {
  std::move(other.changes_.begin(), other.changes_.end(), std::back_inserter(changes_));
  std::move(other.errors_.begin(), other.errors_.end(), std::back_inserter(errors_));
  return *this;
}

} // namespace troupe
