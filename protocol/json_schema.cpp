#include "troupe/protocol/json_schema.hpp"

#include "troupe/protocol/schema/compiler.hpp"
#include "troupe/protocol/schema/evaluator.hpp"

#include <algorithm>
#include <stdexcept>

namespace troupe::protocol {

std::string to_string(const schema_problem& problem) {
  return problem.pointer.empty() ? problem.reason : problem.pointer + ": " + problem.reason;
}

void throw_exception_from_error(const schema_problem& problem, const boost::source_location&) {
  throw std::invalid_argument(to_string(problem));
}

std::string to_string(const violation& broken) {
  return broken.instance.empty() ? broken.message : broken.instance + ": " + broken.message;
}

json_schema::json_schema(std::unique_ptr<const schema::program> program) noexcept
    : program_(std::move(program)) {}

json_schema::~json_schema() = default;

boost::system::result<json_schema_ptr, schema_problem>
json_schema::compile(const json::value& schema, const schema_options& options) {
  auto compiled = schema::compiler(options).run(schema);
  if (!compiled)
    return compiled.error();
  return std::make_shared<const json_schema>(std::move(*compiled));
}

bool json_schema::accepts(const json::value& instance) const {
  return schema::evaluator(*program_, nullptr, 0).run(instance);
}

std::vector<violation> json_schema::check(const json::value& instance, std::size_t max) const {
  std::vector<violation> found;
  schema::evaluator quick(*program_, nullptr, 0);
  if (quick.run(instance))
    return found;
  if (!quick.is_exhausted())
    schema::evaluator(*program_, &found, std::max<std::size_t>(max, 1)).run(instance);
  if (found.empty())
    found.push_back({{}, {}, "is too complex to be checked against its schema"});
  return found;
}

} // namespace troupe::protocol
