#include "troupe/protocol/modern_request.hpp"

#include "troupe/protocol/header_value.hpp"
#include "troupe/protocol/member.hpp"
#include "troupe/protocol/revision.hpp"

#include <string>
#include <utility>

namespace troupe::protocol {

namespace {

using verdict = std::variant<modern_request, modern_notice, modern_refusal>;

bool is_handshake(const json::value& message) {
  const auto* object = message.if_object();
  const auto* method = object != nullptr ? find_string(*object, "method") : nullptr;
  return method != nullptr && *method == "initialize" && find_member(*object, "id") != nullptr;
}

/// The member of `params` that Mcp-Name repeats; empty for methods without such a header.
std::string_view named_member(method m) noexcept {
  switch (m) {
  case method::tools_call:
  case method::prompts_get:
    return "name";
  case method::resources_read:
    return "uri";
  case method::tasks_get:
  case method::tasks_update:
  case method::tasks_cancel:
    return "taskId";
  default:
    return {};
  }
}

rpc_error mismatch(std::string_view header, std::string_view member) {
  std::string message{header};
  message += " does not say the same as ";
  message += member;
  message += " in the body; send both alike";
  return make_header_mismatch(std::move(message));
}

rpc_error absent(std::string_view header) {
  std::string message = "the header ";
  message += header;
  message += " is missing; requests of revision 2026-07-28 repeat this part of the body in it";
  return make_header_mismatch(std::move(message));
}

/// Mcp-Name against the body; nothing if all is well, or if the body has no such member (then the
/// parameters are wrong, which is for the handler's lookup to say).
std::optional<rpc_error> check_name(const modern_request& request,
                                    const mirrored_headers& headers) {
  const auto member = named_member(request.method);
  if (member.empty())
    return std::nullopt;
  if (!headers.name)
    return absent("Mcp-Name");
  std::string buffer;
  const auto sent = decode_header_value(*headers.name, buffer);
  if (!sent)
    return make_header_mismatch("Mcp-Name " + std::string{describe(sent.error())});
  const auto* text = find_string(*request.params, member);
  if (text == nullptr || std::string_view{*text} == *sent)
    return std::nullopt;
  return mismatch("Mcp-Name", "params." + std::string{member});
}

std::optional<rpc_error> check_headers(const modern_request& request,
                                       const mirrored_headers& headers) {
  if (!headers.protocol_version)
    return absent("MCP-Protocol-Version");
  if (!headers.method)
    return absent("Mcp-Method");
  return check_name(request, headers);
}

verdict check(const request& message, const mirrored_headers* headers) {
  const auto refuse = [&](rpc_error error, std::uint16_t status = 400) {
    return modern_refusal{status, std::move(error), message.id};
  };
  auto meta = parse_request_meta(message.params);
  if (!meta)
    return refuse(std::move(meta).error());
  if (headers != nullptr) {
    if (headers->protocol_version && *headers->protocol_version != meta->protocol_version)
      return refuse(mismatch("MCP-Protocol-Version", "the protocol version in params._meta"));
    if (headers->method && *headers->method != message.method)
      return refuse(mismatch("Mcp-Method", "method"));
  }
  if (!names_modern_revision(meta->protocol_version))
    return refuse(make_unsupported_protocol_version(meta->protocol_version));
  modern_request result{message.id, method_from(message.method), message.params, *std::move(meta)};
  if (headers != nullptr)
    if (auto wrong = check_headers(result, *headers))
      return refuse(std::move(*wrong));
  if (!is_modern_method(result.method))
    return refuse(make_method_not_found(message.method), 404);
  return result;
}

} // namespace

era find_era(const document& body, std::optional<std::string_view> version_header) {
  const bool modern_header = version_header && names_modern_revision(*version_header);
  const auto claim = find_claimed_version(body.root());
  if (is_handshake(body.root()))
    return modern_header || (claim && names_modern_revision(*claim)) ? era::modern : era::legacy;
  return claim || modern_header ? era::modern : era::legacy;
}

std::variant<modern_request, modern_notice, modern_refusal>
check_modern_request(const document& body, const mirrored_headers* headers) {
  if (body.is_batch())
    return modern_refusal{
        400,
        make_invalid_request("revision 2026-07-28 has no batches; send one message per request"),
        {}};
  auto message = classify(body.root());
  if (const auto* request = std::get_if<protocol::request>(&message)) {
    // A handshake with a modern header, but no claim in the body: the two disagree.
    if (headers != nullptr && headers->protocol_version && is_handshake(body.root()) &&
        !find_claimed_version(body.root()))
      return modern_refusal{
          400, mismatch("MCP-Protocol-Version", "the handshake of an older revision"), request->id};
    return check(*request, headers);
  }
  if (std::holds_alternative<notification>(message))
    return modern_notice{};
  if (auto* invalid = std::get_if<invalid_message>(&message))
    return modern_refusal{400, std::move(invalid->error), std::move(invalid->id)};
  return modern_refusal{
      400,
      make_invalid_request("revision 2026-07-28 sends no requests to clients, so there is nothing "
                           "to respond to; answers go into params.inputResponses"),
      {}};
}

std::uint16_t modern_status(int code) noexcept {
  switch (code) {
  case error_code::header_mismatch:
  case error_code::missing_client_capability:
  case error_code::unsupported_protocol_version:
    return 400;
  case error_code::method_not_found:
    return 404;
  default:
    return 200;
  }
}

bool is_modern_method(method m) noexcept {
  switch (m) {
  case method::server_discover:
  case method::tools_list:
  case method::tools_call:
  case method::resources_list:
  case method::resources_templates_list:
  case method::resources_read:
  case method::prompts_list:
  case method::prompts_get:
  case method::completion_complete:
  case method::subscriptions_listen:
  case method::tasks_get:
  case method::tasks_update:
  case method::tasks_cancel:
    return true;
  default:
    return false;
  }
}

} // namespace troupe::protocol
