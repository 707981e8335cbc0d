#pragma once

// One call of a handler: everything user code can ask or tell while it works. A call is a small
// handle; copies refer to the same call, on any thread, and stay valid after the client is gone
// (telling then does nothing). The caller is the actor that asked on the client's behalf: the
// session of a legacy client, the connection of a modern one.
//
//   caller → handler   call (a request, answered with an outcome), call_cancelled
//   handler → caller   call_event…, call_finished

#include <atomic>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>

#include "troupe/actors/client.hpp"
#include "troupe/actors/frame.hpp"
#include "troupe/actors/outcome.hpp"
#include "troupe/actors/transport_kind.hpp"
#include "troupe/protocol/document.hpp"
#include "troupe/protocol/json_schema.hpp"
#include "troupe/protocol/log_level.hpp"
#include "troupe/protocol/method.hpp"
#include "troupe/protocol/progress.hpp"
#include "troupe/protocol/request_id.hpp"
#include "troupe/protocol/result_context.hpp"
#include "troupe/protocol/trace_context.hpp"
#include "troupe/protocol/uri_template.hpp"

namespace troupe {

/// handler → caller: a notification of a running call, encoded, for the call's own stream.
struct call_event {
  std::uint64_t call = 0;
  std::string json;
};

/// handler → caller: close the connection of the call's stream now, keep the stream: the client is
/// expected to come back with Last-Event-ID (transports, "Sending Messages to the Server").
struct call_stream_detached {
  std::uint64_t call = 0;
};

/// handler → caller: what a task is doing, for people.
struct call_status {
  std::uint64_t call = 0;
  std::string text;
};

/// An outcome that is encoded for the client's revision as far as it can be.
using encoded_outcome = std::variant<encoded_result, input_required, rpc_error, continue_as_task>;

/// handler → caller: a function on the pool is done.
struct call_finished {
  std::uint64_t call = 0;
  encoded_outcome result;
};

/// Where inline handlers tell: they run inside the caller, a message would arrive after the result.
class call_listener {
public:
  virtual void on_call_event(std::uint64_t call, std::string json) = 0;
  virtual void on_stream_detached(std::uint64_t call) = 0;

protected:
  ~call_listener() = default;
};

/// The answers of the client to input_required, by the key of the request.
using inputs = std::vector<std::pair<std::string, boost::json::value>>;

/// What a call consists of; filled by the caller, read through `call`.
struct call_data : boost::intrusive_ref_counter<call_data, boost::thread_safe_counter> {
  std::uint64_t number = 0; ///< unique within the caller
  caf::actor caller;
  transport_kind transport = transport_kind::http; ///< by which the client is reached
  call_listener* direct = nullptr; ///< instead of messages, while the handler runs inline
  client_ptr client;
  protocol::document_ptr body; ///< keeps alive what the views below point to
  protocol::method method = protocol::method::unknown;
  std::string_view name; ///< of the tool or prompt; the URI of a resource
  const boost::json::object* arguments = nullptr;
  const boost::json::object* params = nullptr;
  protocol::uri_variables variables;    ///< of a matched URI template
  std::string_view completion_argument; ///< completion/complete: what is being completed
  std::string_view completion_value;    ///< and what was typed so far
  std::optional<protocol::progress_token> progress_token;
  /// Whose response the result is encoded into; nothing for a task, which keeps the bare result.
  std::optional<protocol::request_id> request;
  inputs answers;
  bool in_task = false;     ///< what call::in_task() says
  bool has_task = false;    ///< the caller is a task
  bool may_be_task = false; ///< its tool supports tasks, and its client knows them
  std::uint32_t round = 0;  ///< how often the client has been asked for this request
  std::string state;
  /// Of a resource that is read by a modern client.
  std::optional<protocol::cache_hints> cache;
  protocol::json_schema_ptr output_check; ///< of a tool's structuredContent; may be null
  frame_ptr server_info; ///< what modern results say about this server; may be null
  std::atomic<bool> cancelled{false};
  std::atomic<double> last_progress{-std::numeric_limits<double>::infinity()};
};
using call_data_ptr = boost::intrusive_ptr<call_data>;

/// The same call once more, with answers. A new object: the handler may still hold the old one on
/// another thread.
call_data_ptr next_round(const call_data& before, inputs answers, std::string state);
/// The same call once more, as if in a task.
call_data_ptr next_round(const call_data& before, continue_as_task&& task);

class call {
public:
  call() = default;
  explicit call(call_data_ptr data) : data_(std::move(data)) {}

  // -- what was asked -----------------------------------------------------------------------------

  /// The tool's or prompt's name, or the URI of the resource.
  std::string_view name() const noexcept { return data_->name; }
  /// Empty if the client sent none. Lives as long as any copy of this call.
  const boost::json::object& arguments() const noexcept;
  /// The argument `key` if it is there and is a string.
  std::optional<std::string_view> string_argument(std::string_view key) const noexcept;
  /// The value of a variable of the resource's URI template; empty if there is none.
  std::string_view variable(std::string_view name) const noexcept;
  /// completion/complete: the argument or variable to complete, and what was typed so far.
  /// arguments() are those that the client has resolved already.
  std::string_view completion_argument() const noexcept { return data_->completion_argument; }
  std::string_view completion_value() const noexcept { return data_->completion_value; }
  /// `params` as the client sent it, for what has no accessor of its own; null if absent.
  const boost::json::object* params() const noexcept { return data_->params; }
  /// `params._meta`; empty if absent.
  const boost::json::object& meta() const noexcept;
  const troupe::client& client() const noexcept { return *data_->client; }
  /// The trace that the client is in, to be handed on to what this handler calls (W3C Trace Context,
  /// Baggage); its parts are empty if the client told none. Lives as long as any copy of this call.
  protocol::trace_context trace() const noexcept {
    return protocol::trace_context_of(data_->params);
  }

  // -- while it runs ------------------------------------------------------------------------------

  /// The client no longer wants the result (or is not there any more). Stop soon; what is returned
  /// is dropped.
  bool cancelled() const noexcept { return data_->cancelled.load(std::memory_order_relaxed); }
  bool wants_progress() const noexcept { return data_->progress_token.has_value(); }
  /// Nobody waits for the result: the call is a task, or was asked to go on as one (continue_as_task).
  bool in_task() const noexcept { return data_->in_task; }
  /// Tells the client how far the work is. In a task only `message` is told. Dropped unless the client asked for progress and `done`
  /// is larger than at the last call (basic/utilities/progress). `total` and `message` are optional.
  void progress(double done, std::optional<double> total = {}, std::string_view message = {}) const;
  /// Sends a log message if the client wants that level. `logger` may be empty.
  void log(protocol::log_level level, const boost::json::value& data,
           std::string_view logger = {}) const;
  /// Sends any other notification on the call's own stream.
  void notify(std::string_view method, const boost::json::object& params) const;
  /// Closes the connection of this call's stream but keeps the stream; see call_stream_detached.
  void detach_stream() const;

  // -- answers of the client, after input_required ------------------------------------------------

  /// The client's answer to the request `key` of the last input_required; null if there is none.
  const boost::json::value* input(std::string_view key) const noexcept;
  /// The `state` of the last input_required or continue_as_task.
  std::string_view state() const noexcept { return data_->state; }

  /// For callers; handlers have no use for it.
  const call_data_ptr& data() const noexcept { return data_; }

private:
  void send(std::string json) const;

  call_data_ptr data_;
};

/// caller → handler actor, if it was registered with that wish: the call was cancelled.
struct call_cancelled {
  troupe::call call;
};

/// Encodes what a handler returned, for the revision of the call's client. A result of another kind
/// than the method asks for, or a structured one that its schema refuses, is an internal error
/// (logged; the text names the defect).
encoded_outcome encode(outcome&& result, const call_data& call);

} // namespace troupe

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::call)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::call_event)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::call_status)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::call_stream_detached)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::call_finished)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::call_cancelled)
