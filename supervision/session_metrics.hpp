#pragma once

// Writes what sessions tell about themselves into the cells of their I/O thread.

#include "troupe/actors/session_observer.hpp"
#include "troupe/metrics/thread_cells.hpp"

namespace troupe::supervision {

class session_metrics final : public session_observer {
public:
  explicit session_metrics(metrics::thread_cells& cells) noexcept : cells_(cells) {}

  void session_opened(protocol::revision, transport_kind) override;
  void session_ended(session_end, transport_kind) override;
  void request_finished(protocol::method, outcome_kind, transport_kind,
                        std::chrono::nanoseconds) override;
  void notification_received(protocol::method) override;
  void call_started() override;
  void call_ended() override;
  void stream_opened() override;
  void stream_closed() override;
  void events_sent(std::size_t) override;
  void events_dropped(std::size_t) override;
  void events_replayed(std::size_t) override;
  void resumption_incomplete() override;
  void task_created() override;
  void task_ended(task_end) override;
  void limit_refused(std::string_view limit_name) override;

private:
  metrics::thread_cells& cells_;
};

} // namespace troupe::supervision
