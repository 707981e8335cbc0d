#pragma once

// What a node knows of its cluster, for those who only look: /readyz, the metrics, a shard that is
// started again. Written by the cluster actor and the peers, read from any thread. Outlives them.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "troupe/actors/node_table.hpp"
#include "troupe/actors/peer_observer.hpp"
#include "troupe/actors/quota.hpp"
#include "troupe/actors/remote_tool_observer.hpp"
#include "troupe/metrics/collector.hpp"
#include "troupe/protocol/node_description.hpp"

namespace troupe::supervision {

enum class member_state : std::uint8_t { this_node, connected, lost };
std::string_view to_string(member_state state) noexcept;

struct cluster_member {
  protocol::node_description node;
  member_state state = member_state::connected;
};

class cluster_view final : public peer_observer, public remote_tool_observer {
public:
  // -- by the cluster actor -----------------------------------------------------------------------
  void show(std::vector<cluster_member> members, node_table_ptr table);
  void node_joined() noexcept { add(joined_); }
  void node_lost(bool cut_off) noexcept;
  void stranger_refused() noexcept { add(refused_); }

  // -- by the peers -------------------------------------------------------------------------------
  void batch_sent(std::size_t bytes) noexcept override;
  void batch_received(std::size_t bytes) noexcept override;
  void queue_changed(std::ptrdiff_t bytes) noexcept override;
  void request_forwarded() noexcept override { add(forwarded_); }
  void request_refused() noexcept override { add(not_forwarded_); }
  void request_failed() noexcept override { add(failed_); }
  void session_sent(handover_outcome outcome) noexcept override {
    add(sessions_sent_[static_cast<std::size_t>(outcome)]);
  }
  void session_received(handover_outcome outcome) noexcept override {
    add(sessions_received_[static_cast<std::size_t>(outcome)]);
  }
  void task_sent(handover_outcome outcome) noexcept override {
    add(tasks_sent_[static_cast<std::size_t>(outcome)]);
  }
  void task_received(handover_outcome outcome) noexcept override {
    add(tasks_received_[static_cast<std::size_t>(outcome)]);
  }

  // -- by cluster_leases --------------------------------------------------------------------------
  void leases_held(limit what, std::size_t amount) noexcept {
    leases_[static_cast<std::size_t>(what)].store(amount, std::memory_order_relaxed);
  }

  // -- by them and remote_tools -------------------------------------------------------------------
  void tools_known(std::size_t live, std::size_t absent) noexcept override;
  void tool_call_sent() noexcept override { add(tool_calls_sent_); }
  void tool_call_moved() noexcept override { add(tool_calls_moved_); }
  void tool_call_refused() noexcept override { add(tool_calls_refused_); }
  void tool_call_lost() noexcept override { add(tool_calls_lost_); }
  void tool_call_taken() noexcept override { add(tool_calls_taken_); }
  void tool_call_not_taken() noexcept override { add(tool_calls_not_taken_); }
  void imported_calls_changed(int by) noexcept override;
  void exported_calls_changed(int by) noexcept override;

  // -- by readers ---------------------------------------------------------------------------------
  std::vector<cluster_member> members() const;
  node_table_ptr table() const;
  /// One line for each member.
  std::string text() const;
  /// Of this view, which outlives the collector's scrapes.
  void add_to(metrics::collector& collector) const;

private:
  using counter = std::atomic<std::uint64_t>;

  static void add(counter& to, std::uint64_t what = 1) noexcept {
    to.fetch_add(what, std::memory_order_relaxed);
  }
  double count(member_state state) const;
  void add_tools_to(metrics::collector& collector) const;

  mutable std::mutex mutex_; ///< guards the next two; never on a request's way
  std::vector<cluster_member> members_;
  node_table_ptr table_;
  counter joined_{0};
  counter lost_{0};
  counter cut_off_{0};
  counter refused_{0};
  counter batches_sent_{0};
  counter bytes_sent_{0};
  counter batches_received_{0};
  counter bytes_received_{0};
  std::atomic<std::int64_t> queued_{0};
  counter forwarded_{0};
  counter not_forwarded_{0};
  counter failed_{0};
  std::array<counter, handover_outcome_count> sessions_sent_{};
  std::array<counter, handover_outcome_count> sessions_received_{};
  std::array<counter, handover_outcome_count> tasks_sent_{};
  std::array<counter, handover_outcome_count> tasks_received_{};
  std::array<std::atomic<std::size_t>, limit_count> leases_{};
  std::atomic<std::size_t> tools_live_{0};
  std::atomic<std::size_t> tools_absent_{0};
  std::atomic<std::int64_t> imported_calls_{0};
  std::atomic<std::int64_t> exported_calls_{0};
  counter tool_calls_sent_{0};
  counter tool_calls_moved_{0};
  counter tool_calls_refused_{0};
  counter tool_calls_lost_{0};
  counter tool_calls_taken_{0};
  counter tool_calls_not_taken_{0};
};

} // namespace troupe::supervision
