// A message that is understood can be written again from its parts and is then understood in the same way.
#include "troupe/protocol/encode.hpp"
#include "troupe/protocol/json_rpc.hpp"
#include "troupe/protocol/overloaded.hpp"

#include <cstdlib>

using namespace troupe::protocol;

namespace {

// The message as text; empty for an invalid one, whose error must be fit to send.
std::string rewritten(const message& what) {
  std::string out;
  std::visit(
      overloaded{
          [&](const request& found) { append_request(out, found.id, found.method, found.params); },
          [&](const notification& found) { append_notification(out, found.method, found.params); },
          [&](const response& found) {
            if (found.error)
              append_error(out, found.id, *found.error);
            else
              append_result(out, found.id, *found.result);
          },
          [](const invalid_message& found) {
            if (found.error.code != error_code::invalid_request || found.error.message.empty())
              std::abort();
          }},
      what);
  return out;
}

void check(const message& what) {
  const auto text = rewritten(what);
  if (text.empty())
    return;
  const auto again = document::parse(text);
  if (!again || rewritten(classify((*again)->root())) != text)
    std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parsed = document::parse({reinterpret_cast<const char*>(data), size});
  if (!parsed)
    return 0;
  check(classify((*parsed)->root()));
  if (const auto batch = classify_batch((*parsed)->root()))
    for (const auto& one : *batch)
      check(one);
  return 0;
}
