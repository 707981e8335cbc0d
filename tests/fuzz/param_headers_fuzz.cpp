// The first line is a value, the second a header's: whatever is accepted is the same value, sent as a client would send
// it. The whole input is also tried as a schema.
#include "troupe/protocol/param_headers.hpp"

#include "troupe/protocol/document.hpp"
#include "troupe/protocol/header_value.hpp"
#include "troupe/protocol/http_gate.hpp"

#include <cstdlib>

using namespace troupe::protocol;

namespace {

void require(bool holds) {
  if (!holds)
    std::abort();
}

const std::vector<param_header> expected{{"P", {"p"}}};

bool accepted(const json::object& arguments, const std::string& field) {
  const auto bytes = "POST / HTTP/1.1\r\nHost: a\r\nMcp-Param-P:" + field + "\r\n\r\n";
  head_gate gate(gate_limits{.max_header_bytes = 65'535});
  return gate.check(bytes).state == gate_state::complete &&
         !check_param_headers(expected, &arguments, gate.head());
}

void compare(const json::value& value, std::string_view field) {
  const json::object arguments{{"p", value}};
  const bool same = accepted(arguments, std::string(field));
  require(!same || value.is_string() || value.is_bool() || value.is_number());
  if (!value.is_string())
    return;
  const std::string_view text = value.get_string();
  std::string buffer;
  const auto decoded = decode_header_value(field, buffer);
  require(!same || (decoded && *decoded == text));
  if (text.size() < 4096)
    require(accepted(arguments, encode_header_value(text)));
}

void search(const json::value& schema) {
  if (!schema.is_object())
    return;
  const auto found = find_param_headers(schema.get_object());
  if (!found)
    return require(!found.error().message.empty());
  require(found->size() <= http_head::max_params);
  for (const auto& each : *found)
    require(!each.path.empty() && !each.name.empty());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (const auto schema = parse_value(input))
    search(*schema);
  const auto end = input.find('\n');
  if (end == std::string_view::npos)
    return 0;
  if (const auto value = parse_value(input.substr(0, end)))
    compare(*value, input.substr(end + 1));
  return 0;
}
