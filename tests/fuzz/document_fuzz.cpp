// What parses is written as a text that parses to the same value and is written as the same text; a copy outlives
// its document; and Boost.JSON's own parser accepts it too.
#include "troupe/protocol/document.hpp"
#include "troupe/protocol/encode.hpp"

#include <cstdlib>

using namespace troupe::protocol;

namespace {

std::string encoded(const json::value& value) {
  std::string out;
  append_json(out, value);
  return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto parsed = document::parse(text);
  if (!parsed)
    return parsed.error().error.code == error_code::parse_error ||
                   parsed.error().error.code == error_code::invalid_request
               ? 0
               : (std::abort(), 1);
  boost::system::error_code ec;
  json::parse(text, ec);
  const json::value copy = (*parsed)->root();
  const auto written = encoded((*parsed)->root());
  parsed = document_ptr();
  const auto again = document::parse(written);
  if (ec || !again || encoded(copy) != written || encoded((*again)->root()) != written ||
      (*again)->root() != copy || written.find('\n') != std::string::npos)
    std::abort();
  return 0;
}
