#include "troupe/protocol/request_meta.hpp"

#include "troupe/protocol/member.hpp"
#include "troupe/protocol/shape.hpp"
#include "troupe/protocol/utf8.hpp"

#include <string>

namespace troupe::protocol {

namespace {

constexpr std::string_view path = "params._meta";

/// As much of a name as goes into logs.
constexpr std::size_t max_text_size = 128;

std::string_view text_in(const json::object& parent, std::string_view name) {
  const auto* text = find_string(parent, name);
  return text != nullptr ? utf8_prefix(*text, max_text_size) : std::string_view{};
}

rpc_error missing(std::string_view key) {
  std::string expected = "this member; every request of revision 2026-07-28 carries it";
  return make_shape_error(path, key, expected);
}

std::optional<rpc_error> read_log_level(const json::object& meta, request_meta& into) {
  const auto* value = find_member(meta, meta_key::log_level);
  if (value == nullptr)
    return std::nullopt;
  if (const auto* text = value->if_string())
    into.log_level = log_level_from(*text);
  if (into.log_level)
    return std::nullopt;
  return make_shape_error(path, meta_key::log_level,
                          "one of debug, info, notice, warning, error, critical, alert, emergency");
}

} // namespace

std::optional<std::string_view> find_claimed_version(const json::value& message) {
  const auto* object = message.if_object();
  const auto* params = object != nullptr ? find_object(*object, "params") : nullptr;
  const auto* meta = params != nullptr ? find_object(*params, "_meta") : nullptr;
  const auto* version = meta != nullptr ? find_member(*meta, meta_key::protocol_version) : nullptr;
  if (version == nullptr)
    return std::nullopt;
  // A claim of another type is one too, and refused as such.
  const auto* text = version->if_string();
  return text != nullptr ? std::string_view{*text} : std::string_view{};
}

rpc_result<request_meta> parse_request_meta(const json::object* params) {
  const auto* meta = params != nullptr ? find_object(*params, "_meta") : nullptr;
  if (meta == nullptr)
    return make_shape_error("params", "_meta",
                            "an object with io.modelcontextprotocol/protocolVersion and "
                            "io.modelcontextprotocol/clientCapabilities");
  request_meta result;
  const auto* version = find_member(*meta, meta_key::protocol_version);
  if (version == nullptr || !version->is_string())
    return missing(meta_key::protocol_version);
  result.protocol_version = version->get_string();
  const auto* capabilities = find_member(*meta, meta_key::client_capabilities);
  if (capabilities == nullptr)
    return missing(meta_key::client_capabilities);
  auto parsed = parse_client_capabilities(
      *capabilities, "params._meta.io.modelcontextprotocol/clientCapabilities");
  if (!parsed)
    return std::move(parsed).error();
  result.capabilities = *parsed;
  if (const auto* info = find_object(*meta, meta_key::client_info)) {
    result.client_name = text_in(*info, "name");
    result.client_version = text_in(*info, "version");
  }
  if (auto wrong = read_log_level(*meta, result))
    return std::move(*wrong);
  return result;
}

} // namespace troupe::protocol
