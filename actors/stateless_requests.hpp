#pragma once

// What becomes of a request of the modern era, decided on the thread that read it: answered at once
// (lists, discovery, inline handlers, whatever is wrong), or left to its carrier to see through
// (handlers elsewhere, subscriptions). Touches no session and nothing that another thread uses.
// Flow: protocol/modern_request → begin_request → stateless_call, listeners.

#include <cstdint>
#include <variant>

#include <caf/actor.hpp>

#include "troupe/actors/call.hpp"
#include "troupe/actors/shard_state.hpp"
#include "troupe/actors/stateless_call.hpp"
#include "troupe/actors/task.hpp"
#include "troupe/protocol/http_head.hpp"
#include "troupe/protocol/modern_request.hpp"
#include "troupe/protocol/subscription.hpp"

namespace troupe {

/// A subscription to open: acknowledge it, then enter it in the shard's listeners.
struct stateless_listen {
  protocol::request_id id;
  protocol::subscription_filter filter;
};

/// A question for a task, which ask_task() sees through (task_question.hpp).
struct stateless_task {
  caf::actor owner; ///< the task, or who may have it
  task_request request;
  session_search search{}; ///< where it was looked for
};

using stateless_step =
    std::variant<stateless_answer, stateless_start, stateless_listen, stateless_task>;

/// Who asks, and through what.
struct stateless_source {
  caf::actor carrier;                        ///< the caller of what is started
  call_listener* direct = nullptr;           ///< is told what an inline handler tells
  const protocol::http_head* head = nullptr; ///< for Mcp-Param-*; null without headers
  std::uint64_t number = 0;                  ///< of the call, unique within the carrier
  time_point received{};
  transport_kind transport = transport_kind::http;
};

/// `body` is the document that `request` points into.
stateless_step begin_request(shard_state& shard, const protocol::modern_request& request,
                             const protocol::document_ptr& body, const stateless_source& source);

/// What results say about this server; null if it is to say nothing.
frame_ptr make_server_info(const session_options& options);

} // namespace troupe
