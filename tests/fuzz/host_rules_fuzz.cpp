// Whatever the default rules let in is one of the three names of this machine, however it is spelt.
#include "troupe/protocol/host_rules.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

using namespace troupe::protocol;

namespace {

void require(bool condition) {
  if (!condition)
    std::abort();
}

/// Host and port of this machine, told in another way than the rules do.
bool is_own(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char byte) {
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + 32) : byte;
  });
  while (!text.empty() && text.back() >= '0' && text.back() <= '9' && text != "127.0.0.1")
    text.pop_back();
  if (!text.empty() && text.back() == ':' && text != "[::")
    text.pop_back();
  if (text == "localhost" || text == "127.0.0.1")
    return true;
  return text.starts_with("[") && text.ends_with("1]") &&
         text.find_first_not_of("[]:0.1") == text.npos;
}

void require_compiled_entry_matches_itself(const std::string& text) {
  const auto hosts = host_rules::compile({{text}, {}, false});
  if (const auto* rules = std::get_if<host_rules>(&hosts))
    require(rules->allows_host(text) && !rules->has_cors());
  const auto origins = host_rules::compile({{"localhost"}, {text}, false});
  if (const auto* rules = std::get_if<host_rules>(&origins))
    require(rules->allows_origin(text) && rules->grants_cors(text) && text != "null");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text{data, data + size};
  const host_rules rules;
  const bool own = rules.allows_host(text);
  if (own)
    require(is_own(text));
  require(rules.allows_origin("http://" + text) == own);
  require(rules.allows_origin("HTTPS://" + text) == own);
  require(!rules.allows_origin("file://" + text));
  if (rules.allows_origin(text)) {
    const auto begin = text.find("://");
    require(begin == 4 || begin == 5);
    require(is_own(text.substr(begin + 3)));
  }
  require_compiled_entry_matches_itself(text);
  return 0;
}
