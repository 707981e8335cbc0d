#pragma once

// Everything that is counted, as cells: one thread_cells for each I/O thread, one node_cells for
// what the CAF pool counts. Labels are indices here; their texts are given once, in label_tables,
// by the folder that owns the enum (metrics/ includes no other folder), so no label has unbounded
// values.

#include <span>
#include <string_view>
#include <vector>

#include "troupe/metrics/cells.hpp"

namespace troupe::metrics {

/// The texts of the labels, by index; they must outlive the collector (literals do).
struct label_tables {
  std::span<const std::string_view> methods;             ///< by protocol::method
  std::span<const std::string_view> outcomes;            ///< by outcome_kind
  std::span<const std::string_view> revisions;           ///< by protocol::revision
  std::span<const std::string_view> transports;          ///< by transport_kind
  std::span<const std::string_view> session_ends;        ///< by session_end
  std::span<const std::string_view> task_ends;           ///< by task_end
  std::span<const std::string_view> connection_refusals; ///< by why a socket was not served
  std::span<const std::string_view> connection_ends;     ///< by why a connection was closed
  std::span<const std::string_view> parse_failures;      ///< by which part could not be read
  std::span<const std::string_view> limits;              ///< by troupe::limit
  std::span<const std::string_view> refusals; ///< names that limit_refused() may be given
  std::span<const std::string_view> actors;   ///< supervised actors, by kind
  /// Index in `actors` of the kind that each I/O thread has one of.
  std::size_t thread_actor = 0;
  std::span<const std::string_view> close_codes; ///< of a WebSocket's close frame
};

/// Status classes of HTTP, "1xx" to "5xx".
inline constexpr std::size_t status_class_count = 5;

/// Written by one I/O thread only.
struct alignas(cache_line_bytes) thread_cells {
  explicit thread_cells(const label_tables& labels)
      : outcome_count(labels.outcomes.size()),
        transport_count(labels.transports.size()),
        connections(transport_count),
        connections_accepted(transport_count),
        connections_refused(labels.connection_refusals.size()),
        connections_closed(labels.connection_ends.size() * transport_count),
        responses(status_class_count),
        parse_failures(labels.parse_failures.size()),
        closes_sent(labels.close_codes.size()),
        closes_received(labels.close_codes.size()),
        sessions_opened(labels.revisions.size() * transport_count),
        sessions_ended(labels.session_ends.size() * transport_count),
        tasks_ended(labels.task_ends.size()),
        requests(labels.methods.size() * outcome_count * transport_count),
        notifications(labels.methods.size()),
        limits_used(labels.limits.size()),
        limit_refusals(labels.refusals.size()),
        durations(labels.methods.size()) {}

  cell& requests_of(std::size_t method, std::size_t outcome, std::size_t transport) noexcept {
    return requests[(method * outcome_count + outcome) * transport_count + transport];
  }
  /// Of a table by something and by transport.
  cell& cell_of(cell_table& table, std::size_t what, std::size_t transport) noexcept {
    return table[what * transport_count + transport];
  }

  std::size_t outcome_count;
  std::size_t transport_count;

  cell connections_moved; ///< to other threads
  cell received_bytes;
  cell sent_bytes;
  cell sessions; ///< gauge
  cell streams;  ///< gauge
  cell calls;    ///< gauge
  cell events_sent;
  cell events_dropped;
  cell events_replayed;
  cell resumptions_incomplete;
  cell tasks_created;
  cell mailbox_depth; ///< gauge: the shard's mailbox, as the shard saw it last

  cell_table connections;          ///< gauge, by transport
  cell_table connections_accepted; ///< by transport
  cell_table connections_refused;
  cell_table connections_closed; ///< reason × transport
  cell_table responses;          ///< by status class
  cell_table parse_failures;
  cell_table closes_sent; ///< by code, as is the next
  cell_table closes_received;
  cell_table sessions_opened; ///< revision × transport
  cell_table sessions_ended;  ///< reason × transport
  cell_table tasks_ended;
  cell_table requests; ///< method × outcome × transport
  cell_table notifications;
  cell_table limits_used; ///< gauge: slots in use on this thread
  cell_table limit_refusals;
  std::vector<histogram_cell> durations; ///< by method
};

/// Written by actors on the pool, each from whatever thread runs it.
struct node_cells {
  explicit node_cells(const label_tables& labels)
      : actor_restarts(labels.actors.size()), mailbox_depths(labels.actors.size()) {}

  shared_cell handler_restarts;
  shared_cell hook_events_dropped;
  std::vector<shared_cell> actor_restarts; ///< by kind of actor
  /// Gauge, by kind of actor: set by the actor itself, as it saw it last (a mailbox can be measured
  /// by its owner only). The shards' are in thread_cells.
  std::vector<shared_cell> mailbox_depths;
};

} // namespace troupe::metrics
