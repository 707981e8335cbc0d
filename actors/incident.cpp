#include "troupe/actors/incident.hpp"

#include <array>
#include <cstdint>
#include <string>

#include <openssl/rand.h>
#include <spdlog/spdlog.h>

#include "troupe/protocol/base64url.hpp"

namespace troupe {

namespace {

std::string make_incident_id() {
  std::array<std::uint8_t, 9> bytes{};
  // Without randomness the id is all zeros: still an error report, only harder to find.
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    bytes.fill(0);
  return protocol::encode_base64url(bytes);
}

} // namespace

rpc_error report_incident(const call_data& call, std::string_view cause) {
  const auto id = make_incident_id();
  spdlog::error("incident={} client={} method={} name={} cause={}", id, call.client->identity.id,
                to_string(call.method), call.name, cause);
  return protocol::make_internal_error(id);
}

rpc_error report_incident(std::string_view where, std::string_view cause) {
  const auto id = make_incident_id();
  spdlog::error("incident={} where={} cause={}", id, where, cause);
  return protocol::make_internal_error(id);
}

} // namespace troupe
