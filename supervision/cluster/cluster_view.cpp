#include "troupe/supervision/cluster/cluster_view.hpp"

#include <algorithm>
#include <utility>

namespace troupe::supervision {

std::string_view to_string(member_state state) noexcept {
  switch (state) {
  case member_state::this_node:
    return "this node";
  case member_state::connected:
    return "connected";
  case member_state::lost:
    return "lost";
  }
  return "unknown";
}

void cluster_view::show(std::vector<cluster_member> members, node_table_ptr table) {
  const std::lock_guard guard{mutex_};
  members_ = std::move(members);
  table_ = std::move(table);
}

void cluster_view::node_lost(bool cut_off) noexcept {
  add(lost_);
  if (cut_off)
    add(cut_off_);
}

void cluster_view::batch_sent(std::size_t bytes) noexcept {
  add(batches_sent_);
  add(bytes_sent_, bytes);
}

void cluster_view::batch_received(std::size_t bytes) noexcept {
  add(batches_received_);
  add(bytes_received_, bytes);
}

void cluster_view::queue_changed(std::ptrdiff_t bytes) noexcept {
  queued_.fetch_add(bytes, std::memory_order_relaxed);
}

void cluster_view::tools_known(std::size_t live, std::size_t absent) noexcept {
  tools_live_.store(live, std::memory_order_relaxed);
  tools_absent_.store(absent, std::memory_order_relaxed);
}

void cluster_view::imported_calls_changed(int by) noexcept {
  imported_calls_.fetch_add(by, std::memory_order_relaxed);
}

void cluster_view::exported_calls_changed(int by) noexcept {
  exported_calls_.fetch_add(by, std::memory_order_relaxed);
}

std::vector<cluster_member> cluster_view::members() const {
  const std::lock_guard guard{mutex_};
  return members_;
}

node_table_ptr cluster_view::table() const {
  const std::lock_guard guard{mutex_};
  return table_;
}

std::string cluster_view::text() const {
  std::string result;
  for (const auto& [node, state] : members())
    result += node.name + " " + node.host + ":" + std::to_string(node.port) + " " +
              std::string{to_string(state)} + "\n";
  return result;
}

double cluster_view::count(member_state state) const {
  const std::lock_guard guard{mutex_};
  return static_cast<double>(
      std::count_if(members_.begin(), members_.end(),
                    [state](const cluster_member& one) { return one.state == state; }));
}

void cluster_view::add_to(metrics::collector& collector) const {
  for (const auto state : {member_state::this_node, member_state::connected, member_state::lost})
    collector.add_gauge("troupe_cluster_nodes", "Nodes of the cluster that this one knows.",
                        {{"state", std::string{to_string(state)}}},
                        [this, state] { return count(state); });
  const auto add_counter = [&](std::string name, std::string help, const counter& of,
                               metrics::collector::labels labels = {}) {
    collector.add_counter(std::move(name), std::move(help), std::move(labels), [&of] {
      return static_cast<double>(of.load(std::memory_order_relaxed));
    });
  };
  add_counter("troupe_cluster_joined_total", "Connections to other nodes that were made.", joined_);
  add_counter("troupe_cluster_lost_total", "Connections to other nodes that ended.", lost_);
  add_counter("troupe_cluster_cut_off_total",
              "Those of them that this node cut off: silent, too slow, of another version.",
              cut_off_);
  add_counter("troupe_cluster_refused_total",
              "Connections to the cluster's port that did not prove to be of a node.", refused_);
  add_counter("troupe_cluster_batches_total", "Batches of messages between nodes.", batches_sent_,
              {{"direction", "sent"}});
  add_counter("troupe_cluster_batches_total", "Batches of messages between nodes.",
              batches_received_, {{"direction", "received"}});
  add_counter("troupe_cluster_bytes_total", "What they cost, in bytes.", bytes_sent_,
              {{"direction", "sent"}});
  add_counter("troupe_cluster_bytes_total", "What they cost, in bytes.", bytes_received_,
              {{"direction", "received"}});
  constexpr auto forwarded = "Requests of clients of this node for sessions of other nodes.";
  add_counter("troupe_cluster_forwarded_total", forwarded, forwarded_, {{"outcome", "sent"}});
  add_counter("troupe_cluster_forwarded_total", forwarded, not_forwarded_,
              {{"outcome", "refused"}});
  add_counter("troupe_cluster_forwarded_total", forwarded, failed_, {{"outcome", "lost"}});
  const auto add_moves = [&](const char* name, const char* about, const auto& sent,
                             const auto& received) {
    for (const auto outcome :
         {handover_outcome::taken, handover_outcome::refused, handover_outcome::lost}) {
      const auto index = static_cast<std::size_t>(outcome);
      const std::string what{to_string(outcome)};
      add_counter(name, about, sent[index], {{"direction", "sent"}, {"outcome", what}});
      if (outcome != handover_outcome::lost)
        add_counter(name, about, received[index], {{"direction", "received"}, {"outcome", what}});
    }
  };
  add_moves("troupe_cluster_sessions_moved_total",
            "Sessions of nodes that leave: what became of them on their way.", sessions_sent_,
            sessions_received_);
  add_moves("troupe_cluster_tasks_moved_total",
            "Tasks of nodes that leave: what became of them on their way.", tasks_sent_,
            tasks_received_);
  collector.add_gauge(
      "troupe_cluster_queue_bytes", "What waits for credit of other nodes.", {},
      [this] { return static_cast<double>(queued_.load(std::memory_order_relaxed)); });
  for (std::size_t i = 0; i < limit_count; ++i)
    collector.add_gauge(
        "troupe_cluster_leases", "Slots of the cluster's limits that this node holds.",
        {{"limit", std::string{to_string(static_cast<limit>(i))}}},
        [&of = leases_[i]] { return static_cast<double>(of.load(std::memory_order_relaxed)); });
  add_tools_to(collector);
}

void cluster_view::add_tools_to(metrics::collector& collector) const {
  const auto gauge = [&](const char* name, const char* help, const auto& of,
                         metrics::collector::labels labels) {
    collector.add_gauge(name, help, std::move(labels),
                        [&of] { return static_cast<double>(of.load(std::memory_order_relaxed)); });
  };
  constexpr auto tools = "Tools that other nodes export, by whether one of those is connected.";
  gauge("troupe_cluster_remote_tools", tools, tools_live_, {{"state", "connected"}});
  gauge("troupe_cluster_remote_tools", tools, tools_absent_, {{"state", "lost"}});
  constexpr auto running =
      "Calls under way: on other nodes for this one's clients, and here for theirs.";
  gauge("troupe_cluster_tool_calls", running, imported_calls_, {{"where", "elsewhere"}});
  gauge("troupe_cluster_tool_calls", running, exported_calls_, {{"where", "here"}});
  const auto count = [&](const char* name, const char* help, const counter& of,
                         std::string outcome) {
    collector.add_counter(name, help, {{"outcome", std::move(outcome)}}, [&of] {
      return static_cast<double>(of.load(std::memory_order_relaxed));
    });
  };
  constexpr auto asked = "Calls of this node's clients to tools of other nodes.";
  count("troupe_cluster_tool_calls_sent_total", asked, tool_calls_sent_, "sent");
  count("troupe_cluster_tool_calls_sent_total", asked, tool_calls_moved_, "moved");
  count("troupe_cluster_tool_calls_sent_total", asked, tool_calls_refused_, "refused");
  count("troupe_cluster_tool_calls_sent_total", asked, tool_calls_lost_, "lost");
  constexpr auto served = "Calls of other nodes' clients to tools of this one.";
  count("troupe_cluster_tool_calls_served_total", served, tool_calls_taken_, "taken");
  count("troupe_cluster_tool_calls_served_total", served, tool_calls_not_taken_, "not_taken");
}

} // namespace troupe::supervision
