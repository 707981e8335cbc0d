#include "troupe/net/post_kind.hpp"

#include <variant>

#include "troupe/protocol/json_rpc.hpp"
#include "troupe/protocol/member.hpp"

namespace troupe::net {

namespace {

namespace json = boost::json;

void look_at(const json::value& message, post_kind& kind) {
  const auto* const object = message.if_object();
  const auto* const method = object != nullptr ? protocol::find_member(*object, "method") : nullptr;
  if (method == nullptr || protocol::find_member(*object, "id") == nullptr) {
    // A notification or a response, unless it is not even that.
    if (std::holds_alternative<protocol::invalid_message>(protocol::classify(message)))
      kind.needs_answer = true;
    return;
  }
  kind.needs_answer = true;
  const auto* const name = method->if_string();
  if (name != nullptr && *name == "initialize")
    kind.initialize = true;
}

} // namespace

post_kind find_post_kind(const protocol::document& body) {
  post_kind kind;
  const auto* const batch = body.root().if_array();
  if (batch == nullptr)
    look_at(body.root(), kind);
  else if (batch->empty())
    kind.needs_answer = true;
  else
    for (const auto& message : *batch)
      look_at(message, kind);
  return kind;
}

std::optional<protocol::request_id> find_request_id(const protocol::document& body) {
  const auto* const object = body.root().if_object();
  if (object == nullptr || protocol::find_member(*object, "method") == nullptr)
    return std::nullopt;
  const auto* const id = protocol::find_member(*object, "id");
  return id != nullptr ? protocol::request_id::from(*id) : std::nullopt;
}

} // namespace troupe::net
