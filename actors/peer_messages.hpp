#pragma once

// Everything that crosses from node to node, and what goes through a peer (peer.hpp). The first part is
// serialised by CAF under the names in add_peer_messages(): change a struct, and `peer_protocol` with it.
//
//   peer ↔ peer      peer_hello, then peer_batch, peer_credit, peer_members, and peer_heartbeat if there
//                    is nothing else to say; peer_holdings; peer_leaving, peer_left_alone, peer_farewell
//
// Inside a node:
//
//   connection → peer   forward, exchange_lost; it answers as a session does (exchange.hpp)
//   connection → peer   task_request; it answers as a task does (task.hpp)
//   task → peer         task_changed
//   session → peer      as to any transport: reply, stream_begin, stream_event, stream_end; and what is
//                       said when sessions move (handover.hpp) or are copied (copy_messages.hpp)
//   cluster → peer      peer_members, peer_holdings, published, catalog_changed, handler_gone, shards_changed, leave
//   peer → cluster      peer_joined, peer_told, peer_holds, peer_published, lists_changed, peer_takes, peer_leaves, peer_lost

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <caf/actor.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/meta/type_name.hpp>

#include "troupe/actors/catalog.hpp"
#include "troupe/actors/copy_messages.hpp"
#include "troupe/actors/exchange.hpp"
#include "troupe/actors/handover.hpp"
#include "troupe/actors/lease_messages.hpp"
#include "troupe/actors/remote_messages.hpp"
#include "troupe/actors/session_image.hpp"
#include "troupe/actors/task.hpp"
#include "troupe/protocol/node_description.hpp"
#include "troupe/protocol/request_id.hpp"
#include "troupe/protocol/session_id.hpp"

namespace troupe {

/// Both ends of a connection must have the same.
inline constexpr std::uint32_t peer_protocol = 7;

// -- across ---------------------------------------------------------------------------------------

/// dialler → acceptor, and back: who speaks for the other node. The first message on a connection.
struct peer_hello {
  std::uint32_t protocol = peer_protocol;
  caf::actor peer;
};

enum class forward_kind : std::uint8_t {
  post,
  notice,
  message,
  stream,
  deletion,
  lost,
  task,
  event, ///< a notification for a session that was there when it came, and has moved here since
};

/// What a transport said to a session of the other node; the fields that its kind of message has.
struct forwarded_request {
  std::uint64_t exchange = 0; ///< numbered by the sending peer; 0: nobody waits for an answer
  std::uint8_t kind = 0;      ///< forward_kind
  std::string session;        ///< its id, or that of a task
  std::string body;           ///< JSON, as it came; of a task: {"id":…,"responses":{…}}
  std::uint8_t method = 0;    ///< protocol::method, of a task
  bool accepts_json = true;
  bool accepts_sse = false;
  std::uint64_t resume_stream = 0;   ///< Last-Event-ID of a stream, if resume_sequence or it is set
  std::uint64_t resume_sequence = 0; ///< likewise
  bool resumes = false;
};

enum class answer_kind : std::uint8_t {
  reply,
  begin,
  event,
  end,
  task,
  task_absent, ///< the task is not there, `to` may have it
};

/// What the session said to its transport.
struct forwarded_answer {
  std::uint64_t exchange = 0;
  std::uint8_t kind = 0;   ///< answer_kind
  std::int32_t status = 0; ///< of HTTP; of a task: outcome_kind
  std::int32_t retry_after_seconds = 0;
  std::uint32_t to = 0; ///< a node's number
  std::string head;
  std::string body; ///< JSON of a reply or an event
};

/// What tasks/get would answer now about a task of the sender.
struct task_news {
  std::string task;
  std::string members;
};

/// A session or a task on its way, and what became of it.
struct moved_session {
  std::uint64_t number = 0; ///< by the sending peer, for the answer
  session_image image;
};
struct moved_task {
  std::uint64_t number = 0; ///< likewise
  task_image image;
};
struct moved_verdict {
  std::uint64_t number = 0;
  std::string refused; ///< empty: it was taken
};

/// A request that was not taken, because the session is elsewhere: back to who sent it.
struct bounced_request {
  std::uint64_t exchange = 0;
  std::uint32_t to = 0; ///< as in `bounced`
  forwarded_request request;
};

/// What is said about sessions and tasks that go from node to node (handover.hpp).
struct peer_moves {
  std::vector<moved_session> sessions;
  std::vector<moved_task> tasks;
  std::vector<moved_verdict> verdicts;
  std::vector<bounced_request> bounced;
};

/// All that one activation of a peer had to say, in order within each list; lists are independent of
/// each other. Costs credit.
struct peer_batch {
  std::vector<forwarded_request> requests;
  std::vector<forwarded_answer> answers;
  std::vector<std::string> resources; ///< URIs whose contents have changed
  std::vector<task_news> tasks;
  peer_moves moves;
  peer_copies copies;
  list_changes lists; ///< of the sender's tools, resources and prompts
  // About tools of one node that the other one runs (remote_messages.hpp):
  bool announces = false;            ///< `tools` are all that the sender exports now
  std::vector<announced_tool> tools; ///< likewise
  std::vector<tool_call> calls;
  std::vector<tool_news> news;
  std::vector<std::uint64_t> cancelled; ///< calls
  std::vector<lease_word> leases;
};

/// So many bytes of batches have been handled and may follow.
struct peer_credit {
  std::uint64_t bytes = 0;
};

/// Nothing to say, but alive.
struct peer_heartbeat {};

/// One node of those that the sender is connected with.
struct peer_member {
  std::uint32_t number = 0;
  std::string name;
  std::string host;
  std::uint16_t port = 0;
};

/// After hello, and whenever it changes.
struct peer_members {
  std::vector<peer_member> nodes;
};

/// Of which other nodes' numbers the sender has sessions or tasks. After hello, and whenever it changes.
struct peer_holdings {
  std::vector<std::uint32_t> numbers;
};

// A node leaves: it asks for no more requests, hears that none will come, answers those it has, and says that
// this was all. So none is lost with the connection.
struct peer_leaving {
  std::vector<std::uint32_t> heirs; ///< to whom it has given sessions or tasks
};
struct peer_left_alone {};
struct peer_farewell {};

// -- inside a node --------------------------------------------------------------------------------

/// connection → peer: for a session of the peer's node. Answered like the message it stands for.
struct forward {
  forward_kind kind = forward_kind::post;
  protocol::session_id session;
  std::string body;
  caf::actor transport; ///< empty: nobody waits
  exchange_id exchange = 0;
  bool accepts_json = true;
  bool accepts_sse = false;
  std::optional<protocol::event_id> last_event = std::nullopt;
  std::optional<protocol::request_id> id =
      std::nullopt; ///< of a single request, for the error if the peer is lost
};

/// cluster → peer: the resource has changed; tell the other node.
struct published {
  std::string uri;
};

/// cluster → peer: this node leaves the cluster; end the connection when all is said.
struct leave {
  std::vector<protocol::node_number> heirs; ///< to whom this node has given sessions or tasks
};

/// peer → cluster: the other node leaves, and takes no more requests.
struct peer_leaves {
  protocol::node_number node = 0;
  std::vector<protocol::node_number> heirs;
};

/// peer → cluster: the other node has taken a session or task of this one, for the first time.
struct peer_takes {
  protocol::node_number node = 0;
};

/// peer → cluster: of which nodes' numbers the other node has sessions or tasks.
struct peer_holds {
  protocol::node_number node = 0;
  std::vector<protocol::node_number> numbers;
};

/// peer → cluster: the other node is there and can be spoken to.
struct peer_joined {
  protocol::node_number node = 0;
};

/// peer → cluster: whom the other node knows.
struct peer_told {
  protocol::node_number from = 0;
  std::vector<peer_member> nodes;
};

/// peer → cluster: what it was told was published there; for this node's shards only.
struct peer_published {
  std::string uri;
};

/// peer → cluster: what a task of the other node would say; likewise.
struct peer_task_changed {
  task_changed news;
};

/// peer → cluster: the connection is over, and this peer with it.
struct peer_lost {
  protocol::node_number node = 0;
  std::string why;
  bool cut_off = false; ///< by this node: silent or too slow
  /// Nothing was heard of it for so long, or this node stood still so long, that the other one may have given
  /// this one up before.
  bool doubtful = false;
};

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, peer_hello& x) {
  return f(caf::meta::type_name("peer_hello"), x.protocol, x.peer);
}
template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, forwarded_request& x) {
  return f(caf::meta::type_name("forwarded_request"), x.exchange, x.kind, x.session, x.body,
           x.method, x.accepts_json, x.accepts_sse, x.resume_stream, x.resume_sequence, x.resumes);
}
template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, forwarded_answer& x) {
  return f(caf::meta::type_name("forwarded_answer"), x.exchange, x.kind, x.status,
           x.retry_after_seconds, x.to, x.head, x.body);
}
template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, task_news& x) {
  return f(caf::meta::type_name("task_news"), x.task, x.members);
}
template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, list_changes& x) {
  return f(caf::meta::type_name("list_changes"), x.tools, x.resources, x.prompts);
}
template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, peer_batch& x) {
  return f(caf::meta::type_name("peer_batch"), x.requests, x.answers, x.resources, x.tasks, x.lists,
           x.announces, x.tools, x.calls, x.news, x.cancelled, x.leases, x.moves, x.copies);
}
template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, moved_session& x) {
  return f(caf::meta::type_name("moved_session"), x.number, x.image);
}
template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, moved_task& x) {
  return f(caf::meta::type_name("moved_task"), x.number, x.image);
}
template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, moved_verdict& x) {
  return f(caf::meta::type_name("moved_verdict"), x.number, x.refused);
}
template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, bounced_request& x) {
  return f(caf::meta::type_name("bounced_request"), x.exchange, x.to, x.request);
}
template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, peer_moves& x) {
  return f(caf::meta::type_name("peer_moves"), x.sessions, x.tasks, x.verdicts, x.bounced);
}
template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, peer_holdings& x) {
  return f(caf::meta::type_name("peer_holdings"), x.numbers);
}
template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, peer_leaving& x) {
  return f(caf::meta::type_name("peer_leaving"), x.heirs);
}
template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, peer_left_alone&) {
  return f(caf::meta::type_name("peer_left_alone"));
}
template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, peer_farewell&) {
  return f(caf::meta::type_name("peer_farewell"));
}
template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, peer_credit& x) {
  return f(caf::meta::type_name("peer_credit"), x.bytes);
}
template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, peer_heartbeat&) {
  return f(caf::meta::type_name("peer_heartbeat"));
}
template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, peer_member& x) {
  return f(caf::meta::type_name("peer_member"), x.number, x.name, x.host, x.port);
}
template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, peer_members& x) {
  return f(caf::meta::type_name("peer_members"), x.nodes);
}

/// Before the actor system starts.
void add_peer_messages(caf::actor_system_config& to);

} // namespace troupe

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::forward)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::published)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::leave)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::peer_leaves)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::peer_takes)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::peer_holds)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::peer_joined)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::peer_told)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::peer_published)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::peer_task_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::peer_lost)
