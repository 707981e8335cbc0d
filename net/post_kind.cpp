#include "troupe/net/post_kind.hpp"

namespace troupe::net {

namespace {

namespace json = boost::json;

void look_at(const json::value& message, post_kind& kind) {
  const auto* const object = message.if_object();
  if (object == nullptr) {
    kind.needs_answer = true;
    return;
  }
  const auto* const method = object->if_contains("method");
  const bool has_id = object->contains("id");
  if (method == nullptr) {
    // A response, unless it is none of the three kinds.
    if (!has_id || (!object->contains("result") && !object->contains("error")))
      kind.needs_answer = true;
    return;
  }
  if (!has_id)
    return;
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
  if (object == nullptr || !object->contains("method"))
    return std::nullopt;
  const auto* const id = object->if_contains("id");
  return id != nullptr ? protocol::request_id::from(*id) : std::nullopt;
}

} // namespace troupe::net
