// First line: a template; the rest: a URI. Whatever they are, matching ends, gives each variable of the template at
// most once and in its order, and as text; and a template expands to characters that a URI may have.
#include "troupe/protocol/uri_template.hpp"
#include "troupe/protocol/utf8.hpp"

#include <algorithm>
#include <cstdlib>

using namespace troupe::protocol;

namespace {

bool are_in_order(const uri_variables& found, const std::vector<std::string_view>& names) {
  auto next = names.begin();
  for (const auto& [name, value] : found) {
    next = std::find(next, names.end(), name);
    if (next++ == names.end() || !is_utf8(value) || value.find('\0') != std::string::npos)
      return false;
  }
  return true;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto line = text.substr(0, text.find('\n'));
  const auto uri = text.substr(std::min(text.size(), line.size() + 1));
  const auto compiled = uri_template::compile(line);
  if (!compiled)
    return compiled.error().position <= line.size() && !compiled.error().message.empty()
               ? 0
               : (std::abort(), 1);
  const auto found = compiled->match(uri);
  if (!found)
    return 0;
  const auto expanded = compiled->expand(*found);
  const auto is_visible = [](char c) { return c > 0x20 && c < 0x7F; };
  if (!are_in_order(*found, compiled->names()) ||
      !std::all_of(expanded.begin(), expanded.end(), is_visible))
    std::abort();
  return 0;
}
