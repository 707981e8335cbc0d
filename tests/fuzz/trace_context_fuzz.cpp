// Three lines: traceparent, tracestate, baggage. What is kept is what was given, and a log line stays one line.
#include "troupe/protocol/trace_context.hpp"

#include "troupe/protocol/ascii.hpp"

#include <cstdint>
#include <cstdlib>

using namespace troupe::protocol;

namespace {

void require(bool holds) {
  if (!holds)
    std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const auto line = [&] {
    const auto end = rest.find('\n');
    const auto result = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    return result;
  };
  const auto parent = line();
  const auto state = line();
  const auto context = make_trace_context(parent, state, rest);
  require(context.traceparent.empty() || context.traceparent == parent);
  require(context.tracestate.empty() ||
          (context.tracestate == state && !context.traceparent.empty()));
  require(context.baggage.empty() || context.baggage == rest);
  for (const auto kept : {context.traceparent, context.tracestate, context.baggage})
    require(!ascii::has_control(kept));
  std::string log;
  append_trace_id(log, context);
  require(log.empty() == context.traceparent.empty());
  require(log.empty() || log.size() == 41);
  static_cast<void>(context.is_sampled());
  return 0;
}
