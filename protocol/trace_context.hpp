// Trace context that a client hands on in `params._meta` (2026-07-28, basic/index, "OpenTelemetry trace context"; W3C
// Trace Context and W3C Baggage): handlers pass it to what they call, and the log lines of a request name its trace.
// It is a courtesy of the caller's: whatever is malformed is treated as absent and never makes a request fail.
// Flow: json_rpc.hpp → here → call and log.
#pragma once

#include "troupe/protocol/json.hpp"

#include <string>
#include <string_view>

namespace troupe::protocol {

/// Views into the document of the request. Each is well-formed or empty; there is no tracestate without a traceparent.
struct trace_context {
  std::string_view traceparent;
  std::string_view tracestate;
  std::string_view baggage;

  bool empty() const noexcept { return traceparent.empty() && baggage.empty(); }

  /// 32 hexadecimal digits in lower case, not all zero; empty without a traceparent.
  std::string_view trace_id() const noexcept;

  /// The caller's span: 16 hexadecimal digits in lower case, not all zero; empty without a traceparent.
  std::string_view parent_id() const noexcept;

  /// Whether the caller may have recorded the trace.
  bool is_sampled() const noexcept;
};

/// Takes of three texts what is well-formed.
trace_context make_trace_context(std::string_view traceparent, std::string_view tracestate,
                                 std::string_view baggage) noexcept;

/// `params._meta.{traceparent,tracestate,baggage}`; `params` may be null.
trace_context trace_context_of(const json::object* params) noexcept;

/// version "-" trace-id "-" parent-id "-" flags; of a later version than 00 perhaps more behind that.
bool is_traceparent(std::string_view text) noexcept;

/// 1 to 32 members `key=value`, each key once. Empty members are allowed between them.
bool is_tracestate(std::string_view text) noexcept;

/// 1 to 64 members in at most 8,192 bytes: what W3C Baggage, "Limits", wants handed on.
bool is_baggage(std::string_view text) noexcept;

/// "trace_id=<32 digits>"; nothing without a traceparent. Holds nothing that could break a log line.
void append_trace_id(std::string& out, const trace_context& context);

} // namespace troupe::protocol
