#include "tests/integration/server/groups.hpp"

#include "troupe/protocol/json.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace troupe::test_server {

namespace {

namespace json = boost::json;
using protocol::log_level;
using protocol::tool;

std::int64_t number_argument(const call& call, std::string_view key, std::int64_t otherwise) {
  const auto* value = call.arguments().if_contains(key);
  return value != nullptr && value->is_int64() ? value->get_int64() : otherwise;
}

// Told again and backwards as well: only what increases may be sent.
outcome steps(const call& call) {
  const auto count = number_argument(call, "count", 3);
  for (std::int64_t i = 1; i <= count; ++i) {
    call.progress(static_cast<double>(i), static_cast<double>(count), "step");
    call.progress(static_cast<double>(i), static_cast<double>(count), "again");
    call.progress(static_cast<double>(i - 1), static_cast<double>(count), "backwards");
  }
  return tool_result::text(call.wants_progress() ? "told" : "not asked");
}

outcome log_all_levels(const call& call) {
  for (std::size_t i = 0; i < protocol::log_level_count; ++i) {
    const auto level = static_cast<log_level>(i);
    call.log(level, json::object{{"said", protocol::to_string(level)}}, "tests");
  }
  return tool_result::text("logged");
}

outcome tell(const call& call) {
  const auto* params = call.arguments().if_contains("params");
  call.notify(call.string_argument("method").value_or("notifications/test"),
              params != nullptr && params->is_object() ? params->get_object() : json::object{});
  return tool_result::text("told");
}

outcome tell_trace(const call& call) {
  const auto trace = call.trace();
  std::string text{trace.traceparent};
  text += ' ';
  text += trace.tracestate;
  text += ' ';
  text += trace.baggage;
  return tool_result::text(std::move(text));
}

outcome flood(const call& call) {
  const auto events = number_argument(call, "events", 100);
  const std::string text(static_cast<std::size_t>(number_argument(call, "bytes", 1000)), 'x');
  for (std::int64_t i = 0; i < events; ++i)
    call.log(log_level::error, json::object{{"number", i}, {"text", text}});
  return tool_result::text("flooded");
}

} // namespace

void add_telling(node& node) {
  auto& set = node.handlers();
  set.add(tool("tell_trace").with_description("Gives back the trace it is in"), tell_trace);
  set.add(tool("steps").with_description("Reports progress, also where it must not be sent"),
          steps);
  set.add(tool("steps_inline").with_description("The same on the I/O thread"),
          {steps, execution::inline_});
  set.add(tool("log_all_levels").with_description("Logs once at every level"), log_all_levels);
  set.add(tool("tell").with_description("Sends any notification on its own stream"), tell);
  set.add(tool("flood").with_description("Sends many log messages of some size"), flood);
}

} // namespace troupe::test_server
