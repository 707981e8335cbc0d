// Requests that the session answers itself: the handshake, lists, subscriptions, the log level.

#include <algorithm>
#include <string>
#include <utility>

#include "troupe/actors/list_request.hpp"
#include "troupe/actors/session_actor.hpp"
#include "troupe/protocol/encode.hpp"
#include "troupe/protocol/initialize.hpp"
#include "troupe/protocol/log_level.hpp"
#include "troupe/protocol/member.hpp"

namespace troupe {

namespace {

const boost::json::string* string_member(const boost::json::object* object, std::string_view key) {
  if (object == nullptr)
    return nullptr;
  return protocol::find_string(*object, key);
}

} // namespace

session_actor::answered session_actor::result(const protocol::request_id& id,
                                              std::string_view json) {
  answered done;
  done.json.reserve(json.size() + protocol::usual_envelope_bytes);
  protocol::append_result(done.json, id, json);
  return done;
}

session_actor::answered session_actor::failure(const protocol::request_id& id,
                                               const rpc_error& error) {
  answered done;
  protocol::append_error(done.json, id, error);
  done.kind = error.code == protocol::error_code::internal_error ? outcome_kind::internal_error
                                                                 : outcome_kind::protocol_error;
  return done;
}

session_actor::answer session_actor::on_request(open_post& post, const protocol::request& request,
                                                protocol::method method,
                                                const protocol::document_ptr& body) {
  if (method == protocol::method::initialize || phase_ == phase::opening)
    return open_session(post, request);
  if (method == protocol::method::ping)
    return result(request.id, "{}");
  if (phase_ != phase::ready)
    return failure(request.id, protocol::make_not_initialized());
  if (std::any_of(calls_.begin(), calls_.end(),
                  [&](const running_call& call) { return call.id == request.id; }))
    return failure(request.id, protocol::make_invalid_request(
                                   "A request with this id is still running; ids must be unique "
                                   "within a session."));
  switch (method) {
  case protocol::method::tools_list:
  case protocol::method::resources_list:
  case protocol::method::resources_templates_list:
  case protocol::method::prompts_list:
    return list(request, method);
  case protocol::method::tools_call:
  case protocol::method::resources_read:
  case protocol::method::prompts_get:
  case protocol::method::completion_complete:
    return start_call(post, request, method, body);
  case protocol::method::resources_subscribe:
    return subscribe(post, request, true);
  case protocol::method::resources_unsubscribe:
    return subscribe(post, request, false);
  case protocol::method::logging_set_level:
    return set_log_level(request);
  default:
    return failure(request.id, protocol::make_method_not_found(request.method));
  }
}

// -- handshake ------------------------------------------------------------------------------------

session_actor::answer session_actor::open_session(open_post& post,
                                                  const protocol::request& request) {
  if (phase_ != phase::opening)
    return failure(request.id, protocol::make_already_initialized());
  auto params = protocol::parse_initialize(request.params);
  if (!params) {
    end(session_end::refused);
    return failure(request.id, params.error());
  }
  client_->revision = protocol::negotiate(params->protocol_version);
  client_->capabilities = params->capabilities;
  client_->identity.name = std::move(params->info.name);
  client_->identity.version = std::move(params->info.version);
  client_->identity.revision = to_string(client_->revision);
  phase_ = phase::uninitialized;
  ++settings_changes_;
  post.opens_session = true;
  observer().session_opened(client_->revision, transport_.kind);
  if (shard_->hooks)
    send(shard_->hooks, client_connected{client_->identity});
  protocol::implementation self;
  self.name = options().server_name;
  self.title = options().server_title;
  self.version = options().server_version;
  std::string json;
  protocol::append_initialize_result(json, client_->revision, capabilities(), self,
                                     options().instructions);
  return result(request.id, json);
}

void session_actor::initialized() {
  if (phase_ != phase::uninitialized)
    return;
  phase_ = phase::ready;
  ++settings_changes_;
  shard_->limits.release(limit::uninitialized_sessions);
  if (shard_->hooks)
    send(shard_->hooks, client_initialized{client_->identity});
}

// -- lists and settings ---------------------------------------------------------------------------

session_actor::answer session_actor::list(const protocol::request& request,
                                          protocol::method method) {
  auto page = make_page_response(*shard_, method, request.id, request.params, client_->revision);
  if (!page)
    return failure(request.id, page.error());
  return answered{std::move(page->json), outcome_kind::ok, std::move(page->shared_end)};
}

session_actor::answer session_actor::subscribe(open_post& post, const protocol::request& request,
                                               bool on) {
  const auto* text = string_member(request.params, "uri");
  if (text == nullptr)
    return failure(request.id, protocol::make_invalid_params("params.uri must be a string."));
  const std::string uri{*text};
  const auto held = std::find(subscriptions_.begin(), subscriptions_.end(), uri);
  if (!on) {
    if (held != subscriptions_.end()) {
      shard_->unsubscribe(uri, address());
      subscriptions_.erase(held);
      ++settings_changes_;
    }
    return result(request.id, "{}");
  }
  if (!shard_->catalog->find_reader(uri))
    return failure(request.id, protocol::make_resource_not_found(uri));
  if (held != subscriptions_.end())
    return result(request.id, "{}");
  if (subscriptions_.size() >= options().max_subscriptions)
    return refuse_over_limit(post, request.id, 429, "subscriptions_per_session",
                             "unsubscribe from another resource first");
  shard_->subscriptions[uri].push_back(caf::actor_cast<caf::actor>(this));
  subscriptions_.push_back(uri);
  ++settings_changes_;
  return result(request.id, "{}");
}

void session_actor::unsubscribe_all() {
  for (const auto& uri : subscriptions_)
    shard_->unsubscribe(uri, address());
  subscriptions_.clear();
}

session_actor::answer session_actor::set_log_level(const protocol::request& request) {
  const auto* text = string_member(request.params, "level");
  const auto level = text != nullptr ? protocol::log_level_from(*text) : std::nullopt;
  if (!level)
    return failure(request.id, protocol::make_invalid_params(
                                   "params.level must be one of debug, info, notice, warning, "
                                   "error, critical, alert, emergency."));
  client_->log_level(*level);
  ++settings_changes_;
  return result(request.id, "{}");
}

} // namespace troupe
