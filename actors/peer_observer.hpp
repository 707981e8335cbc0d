#pragma once

// What is counted about the way between two nodes. Implemented by supervision/cluster/cluster_view.

#include <cstddef>

#include "troupe/actors/handover.hpp"

namespace troupe {

class peer_observer {
public:
  virtual ~peer_observer() = default;

  /// A batch went out or came in.
  virtual void batch_sent(std::size_t bytes) noexcept = 0;
  virtual void batch_received(std::size_t bytes) noexcept = 0;
  /// What waits for credit has grown by so much, or shrunk.
  virtual void queue_changed(std::ptrdiff_t bytes) noexcept = 0;
  /// A request for a session elsewhere went on its way.
  virtual void request_forwarded() noexcept = 0;
  /// It was refused, because the queue was full or the peer not there yet.
  virtual void request_refused() noexcept = 0;
  /// It failed, because the other node was lost.
  virtual void request_failed() noexcept = 0;
  /// A session was to go to the other node.
  virtual void session_sent(handover_outcome) noexcept = 0;
  /// One came from the other node; it was taken or refused.
  virtual void session_received(handover_outcome) noexcept = 0;
  /// The same of tasks.
  virtual void task_sent(handover_outcome) noexcept = 0;
  virtual void task_received(handover_outcome) noexcept = 0;
};

} // namespace troupe
