#include "troupe/net/http_connection.hpp"

#include <utility>

#include "troupe/actors/session.hpp"

namespace troupe::net {

// HTTP+SSE of 2024-11-05: GET opens a session and the only stream it will ever have; POSTs name the
// session in their query and are answered with 202, and what the session has to say comes on the
// stream. The connection of the stream is the session's transport, and both end together.

void http_connection::begin_sse() {
  begin_session(nullptr);
}

void http_connection::open_sse_session() {
  const auto opened =
      open_session(context_->shard_ptr(), {transport_kind::sse, self_handle(), ++exchange_});
  begin_exchange(phase::waiting);
  session_ = opened.handle;
  transport_ = transport_kind::sse;
  context_->observer().connection_upgraded(transport_kind::http, transport_kind::sse);
  keep_alive_ = false; // what follows the end of the session is a new connection
  begin_stream({});
  std::string where = options().endpoint.messages_path;
  where += "?sessionId=";
  where += opened.id.view();
  protocol::append_sse_event(out(), framing(), {}, where, "endpoint");
}

void http_connection::on_session_over(const session_over& over) {
  if (over.exchange != exchange_ || phase_ != phase::streaming)
    return;
  session_ = nullptr;
  out() += protocol::sse_end(framing());
  exchange_answered();
}

} // namespace troupe::net
