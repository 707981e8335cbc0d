#include "troupe/net/http_connection.hpp"

#include <utility>

#include "troupe/actors/forward_words.hpp"
#include "troupe/actors/has_ended.hpp"
#include "troupe/actors/peer_messages.hpp"
#include "troupe/actors/session.hpp"
#include "troupe/net/post_kind.hpp"
#include "troupe/protocol/event_id.hpp"
#include "troupe/protocol/modern_request.hpp"
#include "troupe/protocol/revision.hpp"

namespace troupe::net {

namespace {

constexpr auto invalid_request = protocol::error_code::invalid_request;

/// As JSON-RPC servers do, a limit is no fault of the request: "internal error" with a plain text.
constexpr auto over_limit = protocol::error_code::internal_error;

constexpr std::string_view unreachable =
    "the node that serves this session cannot be reached at the moment; try again";
constexpr std::string_view no_session =
    "there is no such session, or it has ended; start a new one with initialize";

std::optional<protocol::request_id> id_of(const protocol::document* body) {
  return body != nullptr ? find_request_id(*body) : std::nullopt;
}

} // namespace

void http_connection::handle(const protocol::admitted& request, std::string_view body) {
  if (is_draining()) {
    refuse_read(503, over_limit, "the server is shutting down; try again later", {}, true);
    return;
  }
  const bool streams_or_ends = request.operation == protocol::mcp_operation::open_stream ||
                               request.operation == protocol::mcp_operation::end_session;
  if (streams_or_ends && request.protocol_version &&
      protocol::names_modern_revision(*request.protocol_version)) {
    auto refused = protocol::refuse_request(
        inbound_->parser.head(), options().endpoint, 405, invalid_request,
        "revision 2026-07-28 knows only POST; streams are opened with subscriptions/listen", true);
    refused.allow = "POST";
    refuse(refused);
    return;
  }
  switch (request.operation) {
  case protocol::mcp_operation::post_message:
    handle_post(request, body);
    break;
  case protocol::mcp_operation::open_stream:
    handle_get(request);
    break;
  case protocol::mcp_operation::end_session:
    if (!check_revision(request, nullptr))
      break;
    if (const auto id = find_session_id(request, nullptr))
      deliver(*id, session_deletion{self_handle(), ++exchange_}, {});
    break;
  case protocol::mcp_operation::preflight:
    handle_preflight();
    break;
  case protocol::mcp_operation::open_sse:
    begin_sse();
    break;
  case protocol::mcp_operation::post_to_sse:
    handle_sse_post(request, body);
    break;
  }
}

/// Null if the request was refused.
protocol::document_ptr http_connection::parse_body(std::string_view body) {
  auto parsed = protocol::document::parse(body, options().json);
  if (parsed)
    return *std::move(parsed);
  const auto& problem = parsed.error();
  if (problem.error.code == protocol::error_code::parse_error)
    context_->observer().parse_failed(parse_failure::json);
  refuse_read(400, problem.error.code, problem.error.message, problem.id);
  return nullptr;
}

void http_connection::handle_post(const protocol::admitted& request, std::string_view body) {
  const auto document = parse_body(body);
  if (!document)
    return;
  accepts_json_ = request.accepts.json;
  accepts_sse_ = request.accepts.sse;
  if (protocol::find_era(*document, request.protocol_version) == protocol::era::modern) {
    handle_modern(request, document);
    return;
  }
  if (!check_revision(request, document.get()))
    return;
  const auto kind = find_post_kind(*document);
  if (kind.initialize && !request.session_id) {
    begin_session(document);
    return;
  }
  const auto id = find_session_id(request, document.get());
  if (!id)
    return;
  if (kind.needs_answer || document->is_batch()) // the session knows whether it takes batches
    deliver(*id, make_post(document), body);
  else
    deliver_notice(*id, document, body);
}

void http_connection::handle_sse_post(const protocol::admitted& request, std::string_view body) {
  const auto document = parse_body(body);
  if (!document)
    return;
  if (const auto id = find_session_id(request, document.get()))
    deliver(*id, client_message{document, self_handle(), ++exchange_, clock::now()}, body);
}

/// A session that lives here is known to exist, so its notices are accepted at once.
void http_connection::deliver_notice(const protocol::session_id& id,
                                     const protocol::document_ptr& body, std::string_view text) {
  if (session_ && !forwards_) {
    crossings_ = 0;
    send(session_, client_notice{body, {}, 0});
    answer_accepted();
  } else {
    deliver(id, client_notice{body, self_handle(), ++exchange_}, text);
  }
}

void http_connection::handle_get(const protocol::admitted& request) {
  if (!check_revision(request, nullptr))
    return;
  stream_request stream;
  if (request.last_event_id) {
    stream.last_event = protocol::parse_event_id(*request.last_event_id);
    if (!stream.last_event) {
      refuse_read(400, invalid_request,
                  "Last-Event-ID is no id of an event of this server; leave it out to open a new "
                  "stream");
      return;
    }
  }
  const auto id = find_session_id(request, nullptr);
  if (!id)
    return;
  stream.transport = self_handle();
  stream.exchange = ++exchange_;
  deliver(*id, std::move(stream), {});
}

void http_connection::handle_preflight() {
  const auto& head = inbound_->parser.head();
  protocol::append_preflight_response(
      out(), fields(204), head.text(protocol::known_header::access_control_request_headers));
  response_begun(204);
  exchange_answered();
}

/// MCP transports, "Protocol Version Header"; absence is for the session to judge.
bool http_connection::check_revision(const protocol::admitted& request,
                                     const protocol::document* body) {
  if (!request.protocol_version)
    return true;
  const auto revision = protocol::revision_from(*request.protocol_version);
  if (revision && protocol::has_sessions(*revision))
    return true;
  std::string message = "MCP-Protocol-Version names no revision that this server supports; use ";
  message += protocol::to_string(protocol::latest_legacy_revision);
  refuse_read(400, invalid_request, std::move(message), id_of(body));
  return false;
}

/// Nothing if the request was refused. A session that lives here is in `session_` then; for one of
/// another node, the peer that reaches it, and `forwards_` is set.
std::optional<protocol::session_id>
http_connection::find_session_id(const protocol::admitted& request,
                                 const protocol::document* body) {
  if (!request.session_id) {
    refuse_read(400, protocol::error_code::not_initialized,
                request.operation == protocol::mcp_operation::post_to_sse
                    ? "the query names no session; POST to the address that the stream's endpoint "
                      "event gave"
                    : "the Mcp-Session-Id header is missing; send initialize first, and then the "
                      "id from its answer with every request",
                id_of(body));
    return std::nullopt;
  }
  const auto id = protocol::session_id::parse(*request.session_id);
  auto& shard = context_->shard();
  const bool is_here =
      id && (shard.count == 1 || protocol::shard_of(*id, shard.count) == shard.index);
  if (id && is_here) {
    if (const auto found = shard.sessions.find(*id); found != shard.sessions.end())
      session_ = found->second;
  }
  forwards_ = false;
  if (id && !session_ && shard.nodes) {
    auto home = is_here ? shard.home_of(*id, {{shard.node}, {}, 0}) : shard.home_of(*id);
    forwards_ = home.peer != nullptr;
    session_ = std::move(home.peer);
    if (home.where == session_home::place::unreachable) {
      refuse_read(503, over_limit, std::string{unreachable}, id_of(body), true);
      return std::nullopt;
    }
  }
  // A thread that failed took its sessions along; what it is sent before another one has its place is dropped.
  const bool may_exist = id && (session_ || (!is_here && has_shard(*id)));
  if (!may_exist) {
    refuse_read(404, invalid_request, std::string{no_session}, id_of(body));
    return std::nullopt;
  }
  return id;
}

template<class Message>
void http_connection::deliver(const protocol::session_id& id, Message message,
                              std::string_view body) {
  if (forwards_) {
    auto words = in_words(id, message);
    words.body = body;
    send(session_, std::move(words));
  } else if (session_) {
    crossings_ = 0;
    send(session_, std::move(message));
  } else {
    route(id, caf::make_message(std::move(message)));
  }
  begin_exchange(phase::waiting);
}

bool http_connection::has_shard(const protocol::session_id& id) const {
  const auto& shard = context_->shard();
  const auto& owner = shard.shards[protocol::shard_of(id, shard.count)];
  return owner && !has_ended(owner);
}

void http_connection::route(const protocol::session_id& id, caf::message content) {
  const auto& shard = context_->shard();
  const auto index = protocol::shard_of(id, shard.count);
  const auto& owner = shard.shards[index];
  count_crossing(index);
  remote_session_ = std::make_unique<routed_session>(routed_session{id, owner});
  send(owner, routed{id, std::move(content), self_handle(), exchange_});
}

void http_connection::on_bounced(bounced& back) {
  if (back.exchange != exchange_ || phase_ != phase::waiting)
    return;
  auto& shard = context_->shard();
  auto words = troupe::in_words(back.session, back.content);
  if (!search_)
    search_ = std::make_unique<session_search>();
  search_->tried.push_back(back.from);
  search_->heirs.insert(search_->heirs.end(), back.heirs.begin(), back.heirs.end());
  search_->told = back.to;
  session_ = nullptr;
  remote_session_.reset();
  auto home = session_home{session_home::place::unreachable, nullptr};
  if (!is_draining() && words)
    home = shard.home_of(back.session, *search_);
  forwards_ = home.where == session_home::place::elsewhere;
  if (forwards_) {
    session_ = std::move(home.peer);
    send(session_, *std::move(words));
  } else if (home.where == session_home::place::here && has_shard(back.session)) {
    route(back.session, std::move(back.content));
  } else {
    refuse_absent(home.where, words ? words->id : std::nullopt);
  }
}

void http_connection::refuse_absent(session_home::place where,
                                    const std::optional<protocol::request_id>& id) {
  if (where == session_home::place::unreachable)
    answer_error(503, over_limit, std::string{unreachable}, id, true);
  else
    answer_error(404, invalid_request, std::string{no_session}, id);
  exchange_answered();
  take_kept();
}

void http_connection::begin_exchange(phase what) {
  phase_ = what;
  long_wait_ = watching_ = false;
  deadline_ = now() + options().watch_after;
}

caf::actor http_connection::self_handle() {
  return caf::actor_cast<caf::actor>(self_);
}

client_post http_connection::make_post(protocol::document_ptr body) {
  return {std::move(body), self_handle(), ++exchange_, accepts_json_, accepts_sse_, clock::now()};
}

// -- a new session ----------------------------------------------------------------------------------

void http_connection::begin_session(protocol::document_ptr body) {
  if (session_slots::try_acquire(context_->shard().limits)) {
    if (body)
      open_with_slots(std::move(body));
    else
      open_sse_session();
    return;
  }
  pending_body_ = std::move(body);
  ++exchange_;
  begin_exchange(phase::acquiring);
  request_session_slots(context_->shard_ptr(), address(), exchange_);
}

void http_connection::on_slots(const slots_answered& answer) {
  if (phase_ != phase::acquiring || answer.exchange != exchange_)
    return; // whoever drops the slots gives them back
  const auto body = std::move(pending_body_);
  if (const auto limit = answer.slots->refused()) {
    auto why = refuse_session(context_->shard(), *limit);
    answer_error(503, why.code, std::move(why.message), id_of(body.get()), true);
    exchange_answered();
    take_kept();
    return;
  }
  answer.slots->hand_over();
  if (body)
    open_with_slots(body);
  else
    open_sse_session();
}

void http_connection::open_with_slots(protocol::document_ptr body) {
  const auto opened = open_session(context_->shard_ptr());
  session_ = opened.handle;
  send(session_, make_post(std::move(body)));
  begin_exchange(phase::waiting);
}

} // namespace troupe::net
