#include <cstdint>
#include <set>
#include <string>
#include <utility>

#include <caf/sec.hpp>

#include "troupe/actors/peer_actor.hpp"

namespace troupe {

// -- what goes out --------------------------------------------------------------------------------

/// However often a list changes while a batch waits, the other node's clients hear of it once.
void peer_actor::on_catalog(const catalog_changed& change) {
  exported_.use(change.catalog);
  if (!change.changes.any())
    return;
  if (!batch_.lists.any())
    batch_bytes_ += item_bytes;
  batch_.lists |= change.changes;
}

/// A client of this node calls a tool of the other one. An error says that it has not been sent.
caf::result<outcome> peer_actor::on_tool_call(const call& asked) {
  if (over_ || is_full() || imported_.size() >= config_.options.max_tool_calls)
    return caf::make_error(caf::sec::runtime_error,
                           std::string{over_ ? "the node is lost" : "too much waits for the node"});
  auto promise = make_response_promise<outcome>();
  imported_.begin(asked, promise);
  return promise;
}

void peer_actor::say(std::vector<announced_tool>&& all) {
  if (batch_.announces) // what it said before in this batch
    for (const auto& tool : batch_.tools)
      batch_bytes_ -= item_bytes + size_of(tool);
  else
    batch_bytes_ += item_bytes;
  batch_.announces = true;
  batch_.tools = std::move(all);
  for (const auto& tool : batch_.tools)
    batch_bytes_ += item_bytes + size_of(tool);
}

void peer_actor::say(tool_news&& news) {
  batch_bytes_ += item_bytes + size_of(news);
  batch_.news.push_back(std::move(news));
  flush_if_large();
}

void peer_actor::say(tool_call&& call) {
  batch_bytes_ += item_bytes + size_of(call);
  batch_.calls.push_back(std::move(call));
  flush_if_large();
}

void peer_actor::say_cancelled(std::uint64_t number) {
  batch_bytes_ += item_bytes;
  batch_.cancelled.push_back(number);
}

/// Calls that still wait here have certainly not come to the other node.
void peer_actor::end_tool_calls() {
  exported_.end();
  std::set<std::uint64_t> unsent;
  const auto collect = [&](const peer_batch& batch) {
    for (const auto& call : batch.calls)
      unsent.insert(call.number);
  };
  for (const auto& [batch, bytes] : queue_)
    collect(batch);
  collect(batch_);
  imported_.end([&](std::uint64_t number) { return !unsent.contains(number); });
}

// -- what comes in --------------------------------------------------------------------------------

std::size_t peer_actor::take_tools(peer_batch& batch) {
  std::size_t bytes = 0;
  if (batch.lists.any()) {
    bytes += item_bytes;
    send(config_.cluster, lists_changed{batch.lists});
  }
  if (batch.announces) {
    bytes += item_bytes;
    for (const auto& tool : batch.tools)
      bytes += item_bytes + size_of(tool);
    if (config_.remote_tools)
      send(config_.remote_tools,
           tools_announced{config_.other.number, caf::actor_cast<caf::actor>(this),
                           std::move(batch.tools)});
  }
  for (auto& call : batch.calls) {
    bytes += item_bytes + size_of(call);
    exported_.begin(std::move(call));
  }
  for (auto& news : batch.news) {
    bytes += item_bytes + size_of(news);
    imported_.on_news(news);
  }
  for (const auto number : batch.cancelled) {
    bytes += item_bytes;
    exported_.cancel(number);
  }
  return bytes;
}

} // namespace troupe
