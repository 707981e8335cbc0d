#pragma once

// What sessions tell about themselves, without knowing who counts.
//
// actors/ may not include metrics/; the shard passes an implementation that writes the metric cells
// of its thread. All calls come from the shard's thread and must not block.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "troupe/actors/transport_kind.hpp"
#include "troupe/protocol/method.hpp"
#include "troupe/protocol/revision.hpp"

namespace troupe {

/// Why a session ended.
enum class session_end : std::uint8_t {
  deleted,           ///< the client sent DELETE
  idle,              ///< no message for the idle timeout
  never_initialized, ///< no notifications/initialized within its timeout
  refused,           ///< its initialize request was invalid
  disconnected,      ///< the connection that the session lives on ended
  drained,           ///< the node shut down
  moved,             ///< the node shut down, and another one goes on with the session
  failed,            ///< a defect; the log names it
};
inline constexpr std::size_t session_end_count = 8;
std::string_view to_string(session_end why) noexcept;

/// What had become of a task when it was forgotten.
enum class task_end : std::uint8_t {
  completed,
  failed,
  cancelled,
  expired, ///< not done within its time to live, or when the server stopped
  moved,   ///< the node shut down, and another one goes on with it
};
inline constexpr std::size_t task_end_count = 5;
std::string_view to_string(task_end what) noexcept;

/// How a request ended.
enum class outcome_kind : std::uint8_t {
  ok,
  tool_error,     ///< a result with isError
  protocol_error, ///< a JSON-RPC error other than -32603
  internal_error, ///< -32603
  cancelled,
  timed_out,
  refused, ///< over a limit, or while draining
};
inline constexpr std::size_t outcome_kind_count = 7;
std::string_view to_string(outcome_kind what) noexcept;

class session_observer {
public:
  virtual ~session_observer() = default;

  virtual void session_opened(protocol::revision, transport_kind) = 0;
  virtual void session_ended(session_end, transport_kind) = 0;
  virtual void request_finished(protocol::method, outcome_kind, transport_kind,
                                std::chrono::nanoseconds) = 0;
  virtual void notification_received(protocol::method) = 0;
  virtual void call_started() = 0;
  virtual void call_ended() = 0;
  virtual void stream_opened() = 0;
  virtual void stream_closed() = 0;
  virtual void events_sent(std::size_t) = 0;
  /// Events that could not be delivered and are no longer kept for a replay.
  virtual void events_dropped(std::size_t) = 0;
  virtual void events_replayed(std::size_t) = 0;
  /// A client came back for a stream of which events were lost, because they were not kept so long.
  virtual void resumption_incomplete() = 0;
  virtual void task_created() = 0;
  virtual void task_ended(task_end) = 0;
  virtual void limit_refused(std::string_view limit_name) = 0;
};

} // namespace troupe
