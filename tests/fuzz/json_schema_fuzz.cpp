// First line: a schema; the rest: an instance. Whatever they are, compiling and checking end, both ways of asking
// agree, and what is said to a person is text and points into the instance.
#include "troupe/protocol/document.hpp"
#include "troupe/protocol/json_schema.hpp"
#include "troupe/protocol/utf8.hpp"

#include <algorithm>
#include <cstdlib>

using namespace troupe::protocol;

namespace {

void require(bool holds) {
  if (!holds)
    std::abort();
}

schema_options small_options() {
  schema_options options;
  options.assert_formats = true;
  options.max_subschemas = 500;
  options.max_steps = 20'000;
  return options;
}

bool points_into(const json::value& instance, const std::string& pointer) {
  boost::system::error_code error;
  return instance.find_pointer(pointer, error) != nullptr;
}

void check_instance(const json_schema& schema, const json::value& instance) {
  const auto found = schema.check(instance);
  require(schema.accepts(instance) == found.empty());
  require(found.size() <= 5);
  for (const auto& broken : found) {
    require(points_into(instance, broken.instance));
    require(!broken.message.empty() && is_utf8(to_string(broken)));
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto line = text.substr(0, text.find('\n'));
  const auto rest = text.substr(std::min(text.size(), line.size() + 1));
  const auto schema = parse_value(line);
  if (!schema)
    return 0;
  const auto compiled = json_schema::compile(*schema, small_options());
  if (!compiled) {
    require(!compiled.error().reason.empty() && is_utf8(to_string(compiled.error())));
    return 0;
  }
  check_instance(**compiled, *schema);
  if (const auto instance = parse_value(rest))
    check_instance(**compiled, *instance);
  return 0;
}
