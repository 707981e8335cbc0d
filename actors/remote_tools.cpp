#include "troupe/actors/remote_tools.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_response_promise.hpp>
#include <spdlog/spdlog.h>

#include "troupe/actors/remote_messages.hpp"
#include "troupe/actors/timer_wheel.hpp"

namespace troupe {

namespace {

/// remote_tools → itself: a tool that was absent so long is not expected back.
struct absence_over {
  std::string tool;
  std::uint64_t absence = 0;
};

} // namespace

} // namespace troupe

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::absence_over)

namespace troupe {

namespace {

struct remote_tools_state {
  static inline const char* name = "remote_tools";

  /// A node that has tools.
  struct provider {
    protocol::node_number node = 0;
    std::set<std::string, std::less<>> tools;
    std::size_t calls = 0;
    std::uint64_t last_called = 0; ///< of `turn`
  };
  struct known_tool {
    announced_tool told;
    std::size_t providers = 0;
    std::uint64_t absence = 0; ///< which one, so that an old timer ends no new one
  };
  struct open_call {
    call asked;
    caf::typed_response_promise<outcome> answer;
    caf::actor at;
    std::vector<caf::actor_addr> tried;
    std::string why; ///< the last node did not take it
  };

  caf::event_based_actor* self;
  remote_tools_options options;
  caf::actor dispatcher;
  std::map<caf::actor, provider> providers; ///< by peer
  std::map<std::string, known_tool, std::less<>> tools;
  std::unordered_map<const call_data*, open_call> calls;
  std::uint64_t turn = 0;
  std::uint64_t absences = 0;
  std::size_t untold_warnings = 0; ///< of calls that no node took
  time_point next_warning{};

  explicit remote_tools_state(caf::event_based_actor* parent) : self(parent) {}

  // -- which tools there are ------------------------------------------------------------------------

  void on_announced(tools_announced& news) {
    auto found = providers.find(news.peer);
    if (found == providers.end()) {
      self->monitor(news.peer);
      found = providers.emplace(news.peer, provider{news.node, {}, 0, 0}).first;
    }
    const auto before = std::exchange(found->second.tools, {});
    for (auto& told : news.tools)
      if (!found->second.tools.contains(told.name) && take_in(told, news.node))
        found->second.tools.insert(std::move(told.name));
    for (const auto& tool : before)
      leave(tool, !found->second.tools.contains(tool));
    publish();
  }

  bool take_in(const announced_tool& told, protocol::node_number node) {
    auto found = tools.find(told.name);
    if (found == tools.end()) {
      if (tools.size() >= options.max_tools) {
        spdlog::warn("cluster: the tool {} of node number={:08x} is not taken in: there are {} of "
                     "other nodes already (cluster.max_remote_tools)",
                     told.name, node, tools.size());
        return false;
      }
      found = tools.emplace(told.name, known_tool{}).first;
    }
    found->second.told = told;
    ++found->second.providers;
    return true;
  }

  /// One provider less. A tool that was withdrawn is gone; one whose node was lost may be kept.
  void leave(const std::string& tool, bool withdrawn) {
    const auto found = tools.find(tool);
    if (found == tools.end() || --found->second.providers > 0)
      return;
    if (withdrawn || !options.keep_absent) {
      tools.erase(found);
      return;
    }
    found->second.absence = ++absences;
    self->delayed_send(self, options.forget_after, absence_over{tool, absences});
  }

  void on_absence_over(const absence_over& over) {
    const auto found = tools.find(over.tool);
    if (found == tools.end() || found->second.providers > 0 ||
        found->second.absence != over.absence)
      return;
    tools.erase(found);
    publish();
  }

  void on_down(const caf::down_msg& down) {
    const auto gone = std::find_if(providers.begin(), providers.end(), [&](const auto& one) {
      return one.first.address() == down.source;
    });
    if (gone == providers.end())
      return;
    const auto had = std::move(gone->second.tools);
    providers.erase(gone);
    for (const auto& tool : had)
      leave(tool, false);
    publish();
  }

  void publish() {
    const auto live = std::count_if(tools.begin(), tools.end(),
                                    [](const auto& one) { return one.second.providers > 0; });
    options.observer->tools_known(static_cast<std::size_t>(live),
                                  tools.size() - static_cast<std::size_t>(live));
    if (!dispatcher)
      return;
    remote_tools_changed all{caf::actor_cast<caf::actor>(self), {}};
    for (const auto& [key, tool] : tools)
      all.tools.push_back(tool.told);
    self->send(dispatcher, std::move(all));
  }

  // -- calls ----------------------------------------------------------------------------------------

  caf::result<outcome> on_call(const call& asked) {
    open_call open;
    open.asked = asked;
    open.answer = self->make_response_promise<outcome>();
    auto promise = open.answer;
    const auto* key = asked.data().get();
    calls.insert_or_assign(key, std::move(open));
    attempt(key);
    return promise;
  }

  /// Where the call may go next; the end if nowhere.
  auto choose(const open_call& open) {
    auto best = providers.end();
    for (auto one = providers.begin(); one != providers.end(); ++one) {
      const auto& [peer, node] = *one;
      if (!node.tools.contains(open.asked.name()) ||
          std::count(open.tried.begin(), open.tried.end(), peer.address()) > 0)
        continue;
      if (best == providers.end() || std::pair{node.calls, node.last_called} <
                                         std::pair{best->second.calls, best->second.last_called})
        best = one;
    }
    return best;
  }

  void attempt(const call_data* key) {
    auto& open = calls.at(key);
    const auto next = choose(open);
    if (open.asked.cancelled() || next == providers.end()) {
      finish(key, open.asked.cancelled() ? rpc_error{} : unavailable(open));
      return;
    }
    if (!open.tried.empty())
      options.observer->tool_call_moved();
    auto& [peer, node] = *next;
    ++node.calls;
    node.last_called = ++turn;
    open.at = peer;
    open.tried.push_back(peer.address());
    self->request(peer, caf::infinite, open.asked)
        .then(
            [this, key, peer = peer](outcome& result) {
              release(peer);
              finish(key, std::move(result));
            },
            // It has not been begun there.
            [this, key, peer = peer](caf::error& error) {
              release(peer);
              if (const auto found = calls.find(key); found != calls.end()) {
                found->second.why = self->system().render(error);
                attempt(key);
              }
            });
  }

  void release(const caf::actor& peer) {
    if (const auto found = providers.find(peer); found != providers.end())
      --found->second.calls;
  }

  rpc_error unavailable(const open_call& open) {
    options.observer->tool_call_refused();
    const auto tool = std::string{open.asked.name()};
    if (open.tried.empty())
      return protocol::make_unavailable("No node that has the tool " + tool +
                                        " is connected; try again later.");
    warn_of(tool, open.why);
    return protocol::make_unavailable("No node takes a call of the tool " + tool +
                                      " now; try again later.");
  }

  /// Whoever calls such a tool in a loop fills no log with it; the metric has them all.
  void warn_of(const std::string& tool, const std::string& why) {
    constexpr std::chrono::seconds pause{1};
    ++untold_warnings;
    const auto now = clock::now();
    if (now < next_warning)
      return;
    spdlog::warn(
        "cluster: no node took a call of the tool {}: {}; such calls since the last warning: {}",
        tool, why, std::exchange(untold_warnings, 0));
    next_warning = now + pause;
  }

  void finish(const call_data* key, outcome&& result) {
    auto node = calls.extract(key);
    if (!node.empty())
      node.mapped().answer.deliver(std::move(result));
  }

  void on_cancelled(const call_cancelled& cancelled) {
    const auto found = calls.find(cancelled.call.data().get());
    if (found != calls.end())
      self->send(found->second.at, cancelled);
  }
};

caf::behavior remote_tools(caf::stateful_actor<remote_tools_state>* self,
                           remote_tools_options options) {
  auto& state = self->state;
  state.options = options;
  self->set_down_handler([self](const caf::down_msg& down) { self->state.on_down(down); });
  return {
      [self](tools_announced& news) { self->state.on_announced(news); },
      [self](dispatcher_changed& change) {
        self->state.dispatcher = std::move(change.dispatcher);
        self->state.publish();
      },
      [self](const call& asked) { return self->state.on_call(asked); },
      [self](const call_cancelled& cancelled) { self->state.on_cancelled(cancelled); },
      [self](const absence_over& over) { self->state.on_absence_over(over); },
  };
}

} // namespace

caf::actor spawn_remote_tools(caf::actor_system& system, remote_tools_options options) {
  return system.spawn(remote_tools, options);
}

} // namespace troupe
