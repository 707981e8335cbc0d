#pragma once

// Tools that other nodes run for this one's clients: what crosses from node to node about them, as parts of a peer_batch,
// and the messages inside a node.
//
//   peer ↔ peer             tool_announcement; tool_call, then tool_news until its last word; cancelled calls
//
//   cluster → remote_tools  dispatcher_changed
//   peer → remote_tools     tools_announced
//   remote_tools → dispatcher  remote_tools_changed
//   caller → remote_tools → peer  call, answered with an outcome; call_cancelled
//   handler → peer → caller of the other node  call_event, call_status, call_stream_detached
//
// Change a struct of the first part, and `peer_protocol` (peer_messages.hpp) with it.

#include <cstdint>
#include <string>
#include <vector>

#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/meta/type_name.hpp>

#include "troupe/actors/call.hpp"
#include "troupe/actors/tool_options.hpp"
#include "troupe/protocol/node_description.hpp"
#include "troupe/protocol/tool.hpp"

namespace troupe {

// -- across ---------------------------------------------------------------------------------------

/// A tool that the sender exports, as its own clients see it. JSON texts are empty if there is none.
struct announced_tool {
  std::string name;
  std::string title;
  std::string description;
  std::string input_schema;
  std::string output_schema;
  std::string icons;                     ///< an array
  std::string meta;                      ///< an object
  std::vector<std::uint8_t> annotations; ///< read_only, destructive, …: 0 not said, 1 no, 2 yes
  std::uint8_t tasks = 0;                ///< task_support
  std::uint8_t start = 0;                ///< task_start

  friend bool operator==(const announced_tool&, const announced_tool&) = default;
};

announced_tool announce(const protocol::tool& description, const tool_options& options);
/// What cannot be read is told by inspect(), as of any tool.
protocol::tool description_of(const announced_tool& told);
tool_options options_of(const announced_tool& told);

/// A client of the sender calls a tool of the receiver.
struct tool_call {
  std::uint64_t number = 0; ///< numbered by the sending peer
  std::string tool;
  std::string params;  ///< of tools/call, as the client sent them
  std::string request; ///< its id as JSON, if the result is to be a whole response
  std::string answers; ///< of the client, an object; or empty
  std::string state;   ///< of the handler
  std::uint32_t round = 0;
  bool in_task = false;
  bool has_task = false;
  bool may_be_task = false;
  std::string client_id;
  std::string client_name;
  std::string client_version;
  std::uint8_t revision = 0;      ///< protocol::revision
  std::uint16_t capabilities = 0; ///< of the client: a bit each
  std::uint8_t log_threshold = 0; ///< the least log level that the client wants
  std::uint8_t transport = 0;     ///< transport_kind
  std::string server_info;        ///< of the sender, for modern results
};

/// For the sending node; `caller` is who gets what the handler tells meanwhile.
tool_call transfer(const call_data& call);
/// The same call here, or nothing if it cannot be read. `from` is the other node's name, which the client's gets, so that
/// it cannot be taken for a client of this node.
call_data_ptr receive(tool_call&& told, const std::string& from,
                      const protocol::parse_limits& limits);

enum class tool_news_kind : std::uint8_t {
  event,           ///< call_event
  status,          ///< call_status
  stream_detached, ///< call_stream_detached
  // The last word of a call is one of these:
  result,  ///< encoded_result
  error,   ///< rpc_error
  input,   ///< input_required
  task,    ///< continue_as_task
  refused, ///< it was not begun
};

/// How a call is getting on.
struct tool_news {
  std::uint64_t number = 0;
  std::uint8_t kind = 0; ///< tool_news_kind
  std::string text;      ///< JSON; of an error its message; why it was refused
  std::string state;     ///< of the handler; of an error its data as JSON, or empty
  std::int32_t code = 0; ///< of an error
  bool is_error = false; ///< of a result
};

tool_news make_last_word(std::uint64_t number, encoded_outcome&& done, protocol::revision revision);
/// Of a last word that is no refusal.
outcome outcome_of(tool_news&& last);

/// What items of these kinds cost in a batch (peer_actor.hpp), beside item_bytes each.
std::size_t size_of(const announced_tool& tool) noexcept;
std::size_t size_of(const tool_call& call) noexcept;
std::size_t size_of(const tool_news& news) noexcept;

// -- inside a node --------------------------------------------------------------------------------

/// peer → remote_tools: all that the peer's node exports now.
struct tools_announced {
  protocol::node_number node = 0;
  caf::actor peer;
  std::vector<announced_tool> tools;
};

/// supervisor → cluster → remote_tools: whom to tell which tools there are.
struct dispatcher_changed {
  caf::actor dispatcher;
};

/// remote_tools → dispatcher: all tools that other nodes have; their calls go to `remote_tools`.
struct remote_tools_changed {
  caf::actor remote_tools;
  std::vector<announced_tool> tools;
};

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, announced_tool& x) {
  return f(caf::meta::type_name("announced_tool"), x.name, x.title, x.description, x.input_schema,
           x.output_schema, x.icons, x.meta, x.annotations, x.tasks, x.start);
}
template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, tool_call& x) {
  return f(caf::meta::type_name("tool_call"), x.number, x.tool, x.params, x.request, x.answers,
           x.state, x.round, x.in_task, x.has_task, x.may_be_task, x.client_id, x.client_name,
           x.client_version, x.revision, x.capabilities, x.log_threshold, x.transport,
           x.server_info);
}
template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, tool_news& x) {
  return f(caf::meta::type_name("tool_news"), x.number, x.kind, x.text, x.state, x.code,
           x.is_error);
}

} // namespace troupe

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::tools_announced)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::dispatcher_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::remote_tools_changed)
