#include "troupe/protocol/rpc_error.hpp"

#include "troupe/protocol/revision.hpp"

#include <stdexcept>
#include <utility>

namespace troupe::protocol {

namespace {

json::object one_member(std::string_view name, json::value value) {
  json::object result;
  result.emplace(name, std::move(value));
  return result;
}

} // namespace

void throw_exception_from_error(const rpc_error& error, const boost::source_location&) {
  throw std::runtime_error("JSON-RPC error " + std::to_string(error.code) + ": " + error.message);
}

rpc_error make_parse_error(std::string message) {
  return {error_code::parse_error, std::move(message), nullptr};
}

rpc_error make_unavailable(std::string message) {
  return {error_code::internal_error, std::move(message)};
}

rpc_error make_invalid_request(std::string message) {
  return {error_code::invalid_request, std::move(message), nullptr};
}

rpc_error make_method_not_found(std::string_view method) {
  // An attacker's method name may be as long as the body: the answer should not be.
  constexpr std::size_t max_echo = 64;
  std::string message = "unknown method: ";
  message += method.substr(0, max_echo);
  if (method.size() > max_echo)
    message += "...";
  return {error_code::method_not_found, std::move(message), nullptr};
}

rpc_error make_invalid_params(std::string message) {
  return {error_code::invalid_params, std::move(message), nullptr};
}

rpc_error make_internal_error(std::string_view incident) {
  std::string message = "internal error; the server's log has the details under ";
  message += incident;
  return {error_code::internal_error, std::move(message),
          one_member("incident", json::string(incident))};
}

rpc_error make_not_initialized() {
  return {error_code::not_initialized,
          "the session is not initialized: send notifications/initialized first", nullptr};
}

rpc_error make_already_initialized() {
  return {error_code::already_initialized,
          "the session is already initialized: open another one to start over", nullptr};
}

rpc_error make_resource_not_found(std::string_view uri, bool modern) {
  return {modern ? error_code::invalid_params : error_code::resource_not_found,
          "resource not found", one_member("uri", json::string(uri))};
}

rpc_error make_url_elicitation_required(std::string message, json::array elicitations) {
  return {error_code::url_elicitation_required, std::move(message),
          one_member("elicitations", std::move(elicitations))};
}

rpc_error make_header_mismatch(std::string message) {
  return {error_code::header_mismatch, std::move(message), nullptr};
}

rpc_error make_missing_client_capability(json::object required) {
  return {error_code::missing_client_capability,
          "the client did not declare a capability that this needs",
          one_member("requiredCapabilities", std::move(required))};
}

rpc_error make_unsupported_protocol_version(std::string_view requested) {
  auto data = one_member("requested", json::string(requested));
  auto& supported = data["supported"].emplace_array();
  supported.emplace_back(json::string(to_string(revision::r2026_07_28)));
  return {error_code::unsupported_protocol_version, "unsupported protocol version",
          std::move(data)};
}

} // namespace troupe::protocol
