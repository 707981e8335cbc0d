#include "troupe/actors/incident.hpp"

#include <array>
#include <cstdint>
#include <string>

#include <spdlog/spdlog.h>

#include "troupe/protocol/base64url.hpp"
#include "troupe/protocol/random_bytes.hpp"

namespace troupe {

namespace {

std::string make_incident_id() {
  std::array<std::uint8_t, 9> bytes{};
  protocol::draw_random(bytes);
  return protocol::encode_base64url(bytes);
}

} // namespace

std::string describe(const call_data& call) {
  const auto& who = call.client->identity;
  std::string text = "client=" + (who.id.empty() ? who.name : who.id);
  text += " method=";
  text += to_string(call.method);
  text += " name=";
  text += call.name;
  if (const auto trace = protocol::trace_context_of(call.params); !trace.traceparent.empty()) {
    text += ' ';
    protocol::append_trace_id(text, trace);
  }
  return text;
}

rpc_error report_incident(const call_data& call, std::string_view cause) {
  const auto id = make_incident_id();
  spdlog::error("incident={} {} cause={}", id, describe(call), cause);
  return protocol::make_internal_error(id);
}

rpc_error report_incident(std::string_view where, std::string_view cause) {
  const auto id = make_incident_id();
  spdlog::error("incident={} where={} cause={}", id, where, cause);
  return protocol::make_internal_error(id);
}

} // namespace troupe
