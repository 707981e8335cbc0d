#include "troupe/actors/peer.hpp"

#include <utility>

#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include "troupe/actors/peer_actor.hpp"

namespace troupe {

namespace {

/// peer → itself: look for signs of life.
struct peer_tick {};

/// peer → itself: by now nobody knows it any more.
struct peer_forgotten {};

/// Connections learn of a peer's end by a new table of nodes, and what they send until then must be answered.
constexpr std::chrono::seconds forgotten_after{5};

/// A batch that waits is closed at this size, so that credit is spent in pieces.
constexpr std::size_t enough_batch = 256 * 1024;

} // namespace

} // namespace troupe

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::peer_tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::peer_forgotten)

namespace troupe {

caf::actor spawn_peer(peer_config config) {
  auto& home = *config.home;
  return spawn_pinned<peer_actor, caf::no_spawn_options>(home, std::move(config));
}

peer_actor::peer_actor(caf::actor_config& config, peer_config settings)
    : pinned(config),
      config_(std::move(settings)),
      window_(config_.options.window_bytes),
      last_heard_(clock().now()),
      last_said_(last_heard_),
      last_tick_(last_heard_),
      exported_(*this, *this,
                {config_.other.name, config_.options.max_tool_calls, config_.json, config_.tools}),
      imported_(*this, *config_.tools) {}

caf::behavior peer_actor::make_behavior() {
  set_down_handler([this](const caf::down_msg& down) {
    if (remote_ && down.source == remote_.address())
      end("the connection is lost", false);
  });
  set_exit_handler([this](const caf::exit_msg&) {
    end("this node ends the connection", false);
    quit();
  });
  delayed_send(this, config_.options.heartbeat_interval, peer_tick{});
  exported_.use(std::move(config_.catalog));
  config_.attach(
      *this, [this](const caf::actor& remote) { meet(remote); },
      [this](std::string why) { end(std::move(why), false); });
  return {
      [this](peer_batch& batch) { on_batch(batch); },
      [this](const peer_credit& credit) { on_credit(credit); },
      [this](const peer_heartbeat&) { heard(); },
      [this](forward& request) { on_forward(request); },
      [this](const exchange_lost& lost) { on_exchange_lost(lost); },
      [this](const task_request& request) { return on_task_request(request); },
      [this](reply& answer) { on_reply(answer); },
      [this](const stream_event& event) { on_stream_event(event); },
      [this](const stream_begin& begin) { on_stream_begin(begin); },
      [this](const stream_end& last) { on_stream_end(last); },
      [this](published& event) {
        batch_bytes_ += item_bytes + event.uri.size();
        batch_.resources.push_back(std::move(event.uri));
      },
      [this](const task_changed& news) {
        batch_bytes_ += item_bytes + news.task.size() + news.members.size();
        batch_.tasks.push_back({news.task, news.members});
      },
      [this](const session_handover& request) { return on_handover(request); },
      [this](const task_handover& request) { return on_handover(request); },
      [this](adoption_verdict& verdict) { on_adoption_verdict(verdict); },
      [this](session_copy& request) { return on_copy(request); },
      [this](const copy_stored& stored) { on_stored(stored); },
      [this](const copy_dropped& dropped) { on_dropped(dropped); },
      [this](const bounced& back) { on_bounced(back); },
      [this](const peer_holdings& holdings) { on_holdings(holdings); },
      [this](const troupe::leave& words) { begin_leaving(words); },
      [this](peer_leaving& words) { on_leaving(words); },
      [this](peer_left_alone) { on_left_alone(); },
      [this](peer_farewell) { end("it has left the cluster", false); },
      [this](const catalog_changed& change) { on_catalog(change); },
      [this](const call& asked) { return on_tool_call(asked); },
      [this](const call_cancelled& cancelled) { imported_.cancel(cancelled.call); },
      [this](call_event& event) { exported_.on_event(event); },
      [this](call_status& status) { exported_.on_status(status); },
      [this](const call_stream_detached& detached) { exported_.on_detached(detached); },
      [this](call_finished& done) { exported_.on_finished(done); },
      [this](const handler_gone& gone) { exported_.on_handler_gone(gone); },
      [this](lease_word& word) {
        batch_bytes_ += item_bytes;
        batch_.leases.push_back(std::move(word));
      },
      [this](peer_members& members) { on_members(members); },
      [this](const peer_hello& hello) { on_hello(hello); },
      [this](shards_changed& change) { config_.shards = std::move(change.shards); },
      [this](peer_tick) { on_tick(); },
  };
}

caf::resumable::resume_result peer_actor::resume(caf::execution_unit* unit, std::size_t limit) {
  const auto result = super::resume(unit, limit);
  if (over_)
    let_go();
  else
    on_event([this] {
      say_copies();
      flush();
      go_on_leaving();
    });
  return result;
}

// -- life -----------------------------------------------------------------------------------------

/// The dialler learns from CAF who publishes itself at the other end, and says hello to it.
void peer_actor::meet(const caf::actor& remote) {
  if (over_)
    return;
  heard();
  remote_ = remote;
  monitor(remote_);
  send(remote_, peer_hello{peer_protocol, caf::actor_cast<caf::actor>(this)});
}

void peer_actor::on_hello(const peer_hello& hello) {
  heard();
  if (hello.protocol != peer_protocol || !hello.peer) {
    end("it runs another version of troupe", true);
    return;
  }
  if (!remote_) {
    remote_ = hello.peer;
    monitor(remote_);
    send(remote_, peer_hello{peer_protocol, caf::actor_cast<caf::actor>(this)});
  }
  send(config_.cluster, peer_joined{config_.other.number});
  if (members_)
    send(remote_, *std::exchange(members_, std::nullopt));
  send_queued(); // what this node exports
}

void peer_actor::on_tick() {
  if (over_)
    return;
  const auto now = clock().now();
  const auto& options = config_.options;
  if (now - std::exchange(last_tick_, now) >= options.failure_timeout)
    stood_still_ = now;
  if (now - last_heard_ >= options.failure_timeout) {
    end("nothing came from it for " + std::to_string(options.failure_timeout.count()) + " ms",
        true);
    return;
  }
  if (remote_ && now - last_said_ >= options.heartbeat_interval / 2) {
    last_said_ = now;
    send(remote_, peer_heartbeat{});
  }
  give_up_old_copies();
  delayed_send(this, options.heartbeat_interval, peer_tick{});
}

/// Whether the other node may have cut this one off before, and gone on without it.
bool peer_actor::is_doubtful() const {
  const auto now = clock().now();
  const auto limit = config_.options.failure_timeout;
  return now - last_heard_ >= limit || now - last_tick_ >= limit ||
         (stood_still_ && now - *stood_still_ < 2 * limit);
}

void peer_actor::on_members(const peer_members& members) {
  // From the cluster of this node, or from the other node.
  if (remote_ && current_sender() == caf::actor_cast<caf::strong_actor_ptr>(remote_)) {
    heard();
    send(config_.cluster, peer_told{config_.other.number, members.nodes});
  } else if (remote_) {
    send(remote_, members);
  } else {
    members_ = members;
  }
}

void peer_actor::end(std::string why, bool cut_off) {
  if (over_)
    return;
  leave(std::move(why), cut_off);
  refuse_from_now_on();
}

/// What is sent to an actor that has quit is dropped, and a client would wait for its answer.
void peer_actor::refuse_from_now_on() {
  // Of what was said to the peer before, nothing is asked for any more.
  set_default_handler([](caf::scheduled_actor*, caf::message_view&) {
    return caf::result<caf::message>{caf::delegated<caf::message>{}};
  });
  become([this](forward& request) { on_forward(request); },
         [this](const task_request& request) { return on_task_request(request); },
         [this](const session_handover& request) { return on_handover(request); },
         [this](const task_handover& request) { return on_handover(request); },
         [this](session_copy& request) { return on_copy(request); },
         [this](const call& asked) { return on_tool_call(asked); },
         [this](peer_forgotten) { quit(); });
  delayed_send(this, forgotten_after, peer_forgotten{});
}

/// CAF keeps the actor for as long as it is published; the socket must not wait for that.
void peer_actor::let_go() {
  config_.attach = nullptr;
  config_.cut = nullptr;
  remote_ = nullptr;
}

void peer_actor::leave(std::string why, bool cut_off) {
  over_ = true;
  const bool doubtful = is_doubtful();
  config_.cut();
  for (auto& [number, open] : exchanges_)
    fail(open);
  exchanges_.clear();
  numbers_.clear();
  lose_handovers();
  lose_copies();
  leave_sessions();
  end_tool_calls();
  config_.observer->queue_changed(-static_cast<std::ptrdiff_t>(std::exchange(queued_bytes_, 0)));
  queue_.clear();
  send(config_.cluster, peer_lost{config_.other.number, std::move(why), cut_off, doubtful});
}

void peer_actor::on_exit() {
  if (!over_) // killed, or ended by an exception
    leave("this node's end of the connection failed", true);
  config_.cluster = nullptr;
  config_.shards.clear();
  config_.leases = nullptr;
  config_.remote_tools = nullptr;
  let_go();
}

// -- what goes out --------------------------------------------------------------------------------

void peer_actor::say(forwarded_request&& request) {
  batch_bytes_ += item_bytes + request.body.size();
  batch_.requests.push_back(std::move(request));
  flush_if_large();
}

void peer_actor::say(forwarded_answer&& answer) {
  batch_bytes_ += item_bytes + answer.head.size() + answer.body.size();
  batch_.answers.push_back(std::move(answer));
  flush_if_large();
}

void peer_actor::flush_if_large() {
  if (batch_bytes_ >= enough_batch)
    flush();
}

void peer_actor::flush() {
  if (batch_bytes_ == 0)
    return;
  const auto bytes = std::exchange(batch_bytes_, 0);
  auto batch = std::exchange(batch_, {});
  if (remote_ && queue_.empty() && window_.may_send()) {
    send_batch(std::move(batch), bytes);
    return;
  }
  queued_bytes_ += bytes;
  queue_.emplace_back(std::move(batch), bytes);
  config_.observer->queue_changed(static_cast<std::ptrdiff_t>(bytes));
  // Requests are refused before it comes to this; answers cannot be.
  if (queued_bytes_ > 2 * config_.options.max_queue_bytes)
    end("it takes too little of what is to be sent: " + std::to_string(queued_bytes_) +
            " bytes wait",
        true);
}

void peer_actor::send_queued() {
  while (!queue_.empty() && window_.may_send()) {
    auto [batch, bytes] = std::move(queue_.front());
    queue_.pop_front();
    queued_bytes_ -= bytes;
    config_.observer->queue_changed(-static_cast<std::ptrdiff_t>(bytes));
    send_batch(std::move(batch), bytes);
  }
}

void peer_actor::send_batch(peer_batch&& batch, std::size_t bytes) {
  window_.sent(bytes);
  last_said_ = clock().now();
  config_.observer->batch_sent(bytes);
  send(remote_, std::move(batch));
}

void peer_actor::on_credit(const peer_credit& credit) {
  heard();
  if (!window_.credited(credit.bytes))
    end("it gave back more credit than it was given", true);
  else
    send_queued();
}

// -- what comes in --------------------------------------------------------------------------------

void peer_actor::on_batch(peer_batch& batch) {
  heard();
  std::size_t bytes = 0;
  for (auto& request : batch.requests) {
    bytes += item_bytes + request.body.size();
    on_request(request);
  }
  for (auto& answer : batch.answers) {
    bytes += item_bytes + answer.head.size() + answer.body.size();
    on_answer(answer);
  }
  for (auto& uri : batch.resources) {
    bytes += item_bytes + uri.size();
    send(config_.cluster, peer_published{std::move(uri)});
  }
  for (auto& news : batch.tasks) {
    bytes += item_bytes + news.task.size() + news.members.size();
    send(config_.cluster, peer_task_changed{{std::move(news.task), std::move(news.members)}});
  }
  for (const auto& moved : batch.moves.sessions)
    bytes += item_bytes + bytes_of(moved.image);
  for (const auto& moved : batch.moves.tasks)
    bytes += item_bytes + bytes_of(moved.image);
  for (const auto& back : batch.moves.bounced)
    bytes += item_bytes + back.request.body.size();
  bytes += item_bytes * batch.moves.verdicts.size();
  on_moves(batch.moves);
  bytes += take_copies(batch.copies);
  bytes += take_tools(batch);
  for (auto& word : batch.leases) {
    bytes += item_bytes;
    send(config_.leases, lease_told{config_.other.number, std::move(word)});
  }
  config_.observer->batch_received(bytes);
  if (over_ || !remote_)
    return;
  if (const auto credit = window_.handled(bytes)) {
    last_said_ = clock().now();
    send(remote_, peer_credit{credit});
  }
}

} // namespace troupe
