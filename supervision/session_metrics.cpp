#include "troupe/supervision/session_metrics.hpp"

#include "troupe/supervision/metric_labels.hpp"

namespace troupe::supervision {
namespace {

template<class Enum>
constexpr std::size_t index(Enum value) noexcept {
  return static_cast<std::size_t>(value);
}

} // namespace

// The gauge follows at once here, and is set to the exact number by thread_metrics::show_limits: a
// session that ends before it was opened (a refused initialize) is not told apart here.
void session_metrics::session_opened(protocol::revision negotiated, transport_kind over) {
  cells_.cell_of(cells_.sessions_opened, index(negotiated), index(over)).add();
  cells_.sessions.add();
}

void session_metrics::session_ended(session_end why, transport_kind over) {
  cells_.cell_of(cells_.sessions_ended, index(why), index(over)).add();
  if (why != session_end::refused)
    cells_.sessions.subtract();
}

void session_metrics::request_finished(protocol::method method, outcome_kind outcome,
                                       transport_kind over, std::chrono::nanoseconds duration) {
  cells_.requests_of(index(method), index(outcome), index(over)).add();
  cells_.durations[index(method)].observe(duration);
}

void session_metrics::notification_received(protocol::method method) {
  cells_.notifications[index(method)].add();
}

void session_metrics::task_created() {
  cells_.tasks_created.add();
}

void session_metrics::task_ended(task_end what) {
  cells_.tasks_ended[index(what)].add();
}

void session_metrics::call_started() {
  cells_.calls.add();
}

void session_metrics::call_ended() {
  cells_.calls.subtract();
}

void session_metrics::stream_opened() {
  cells_.streams.add();
}

void session_metrics::stream_closed() {
  cells_.streams.subtract();
}

void session_metrics::events_sent(std::size_t count) {
  cells_.events_sent.add(count);
}

void session_metrics::events_dropped(std::size_t count) {
  cells_.events_dropped.add(count);
}

void session_metrics::events_replayed(std::size_t count) {
  cells_.events_replayed.add(count);
}

void session_metrics::resumption_incomplete() {
  cells_.resumptions_incomplete.add();
}

void session_metrics::limit_refused(std::string_view limit_name) {
  cells_.limit_refusals[refusal_index(limit_name)].add();
}

} // namespace troupe::supervision
