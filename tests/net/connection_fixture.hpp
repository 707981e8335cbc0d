#pragma once

// Connections on real sockets, and everything else by hand: actors run on the test coordinator, the
// loop is polled, time is what advance() makes it, sessions write down what they are sent. The
// sockets are pairs of the Unix domain: there the kernel hands bytes over within the system call, so
// that nothing ever has to be waited for (TCP over loopback may take a moment on a busy machine).

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/test/dsl.hpp>
#include <sys/socket.h>

#include "troupe/actors/exchange.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/net/connection.hpp"

namespace troupe::test {

using namespace std::chrono_literals;

/// What a session was sent.
struct session_log {
  std::vector<client_post> posts;
  std::vector<client_notice> notices;
  std::vector<stream_request> streams;
  std::vector<session_deletion> deletions;
  std::vector<exchange_id> lost;
};

inline caf::behavior recording_session(caf::event_based_actor*, std::shared_ptr<session_log> log) {
  return {
      [log](const client_post& post) { log->posts.push_back(post); },
      [log](const client_notice& notice) { log->notices.push_back(notice); },
      [log](const stream_request& request) { log->streams.push_back(request); },
      [log](const session_deletion& request) { log->deletions.push_back(request); },
      [log](const exchange_lost& gone) { log->lost.push_back(gone.exchange); },
  };
}

/// A shard of another thread: what is routed to it.
inline caf::behavior recording_shard(caf::event_based_actor*,
                                     std::shared_ptr<std::vector<routed>> log) {
  return {[log](const routed& message) { log->push_back(message); }};
}

class connection_log final : public net::connection_observer {
public:
  int accepted = 0;
  int upgraded = 0;
  int left = 0;
  int arrived = 0;
  std::vector<net::accept_refusal> refused;
  std::vector<net::connection_end> closed;
  std::vector<int> statuses;
  std::vector<net::parse_failure> failures;
  std::vector<std::uint16_t> closes_sent, closes_received;
  std::size_t received = 0, sent = 0;
  bool broken = false; ///< connection_refused() throws

  void connection_accepted(transport_kind) override { ++accepted; }
  void connection_upgraded(transport_kind, transport_kind) override { ++upgraded; }
  void connection_left(transport_kind) override { ++left; }
  void connection_arrived(transport_kind) override { ++arrived; }
  void connection_refused(net::accept_refusal why) override {
    if (broken)
      throw std::runtime_error{"the observer is broken"};
    refused.push_back(why);
  }
  void connection_closed(net::connection_end why, transport_kind) override {
    closed.push_back(why);
  }
  void bytes_received(std::size_t n) override { received += n; }
  void bytes_sent(std::size_t n) override { sent += n; }
  void response_sent(int status) override { statuses.push_back(status); }
  void parse_failed(net::parse_failure what) override { failures.push_back(what); }
  void close_sent(std::uint16_t code) override { closes_sent.push_back(code); }
  void close_received(std::uint16_t code) override { closes_received.push_back(code); }
};

/// What real sessions tell is not of interest here, but for the limits.
class session_events final : public session_observer {
public:
  std::vector<std::string> refused;

  void session_opened(protocol::revision, transport_kind) override {}
  void session_ended(session_end, transport_kind) override {}
  void request_finished(protocol::method, outcome_kind, transport_kind,
                        std::chrono::nanoseconds) override {}
  void notification_received(protocol::method) override {}
  void call_started() override {}
  void call_ended() override {}
  void stream_opened() override {}
  void stream_closed() override {}
  void events_sent(std::size_t) override {}
  void events_dropped(std::size_t) override {}
  void events_replayed(std::size_t) override {}
  void resumption_incomplete() override {}
  void task_created() override {}
  void task_ended(task_end) override {}
  void limit_refused(std::string_view name) override { refused.emplace_back(name); }
};

inline const boost::asio::generic::stream_protocol local_stream{AF_UNIX, 0};

/// The other end of a connection: a plain socket.
class peer {
public:
  explicit peer(net::stream_socket socket) : socket_(std::move(socket)) {
    socket_.non_blocking(true);
  }

  void send(std::string_view bytes) {
    net::error_code error;
    for (std::size_t done = 0; done < bytes.size() && !error;)
      done +=
          socket_.write_some(boost::asio::buffer(bytes.data() + done, bytes.size() - done), error);
  }

  /// As much as is taken at once; returns how much.
  std::size_t send_some(std::string_view bytes) {
    net::error_code error;
    return socket_.write_some(boost::asio::buffer(bytes), error);
  }

  /// What has arrived since the last call, or a part of it; sets `ended` when the other side is done.
  std::string receive(std::size_t at_least = std::string::npos) {
    std::string result;
    std::string part(64 * 1024, '\0');
    for (;;) {
      if (result.size() >= at_least)
        return result;
      net::error_code error;
      const auto size = socket_.read_some(boost::asio::buffer(part), error);
      result.append(part, 0, size);
      if (!error)
        continue;
      ended = error != boost::asio::error::would_block;
      was_reset = error == boost::asio::error::connection_reset;
      return result;
    }
  }

  void half_close() { socket_.shutdown(net::stream_socket::shutdown_send); }
  void close() { socket_.close(); }
  bool ended = false;
  bool was_reset = false;

private:
  net::stream_socket socket_;
};

class connection_fixture : public test_coordinator_fixture<> {
public:
  explicit connection_fixture(std::size_t shards = 1)
      : options(std::make_shared<net::connection_options>()),
        state(std::make_shared<shard_state>(
            [this](limit what, std::size_t) { asked.push_back(what); }, start_time)),
        log(std::make_shared<session_log>()),
        remote(std::make_shared<std::vector<routed>>()) {
    state->home = sys.dummy_execution_unit();
    state->options = std::make_shared<session_options>();
    state->observer = &sessions_seen;
    state->catalog = catalog_ptr{new catalog};
    state->count = static_cast<std::uint32_t>(shards);
    state->shards.resize(shards);
    if (shards > 1)
      state->shards[1] = sys.spawn(recording_shard, remote);
    session = sys.spawn(recording_session, log);
    state->sessions.emplace(id, session);
    state->limits.granted(limit::connections, 4);
    context = std::make_shared<net::connection_context>(loop, state, options, observer);
    run();
  }

  ~connection_fixture() override {
    for (auto& each : connections)
      caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
    for (auto& [key, handle] : std::exchange(state->sessions, {}))
      caf::anon_send_exit(handle, caf::exit_reason::kill);
    caf::anon_send_exit(session, caf::exit_reason::user_shutdown);
    for (auto& each : state->shards)
      if (each)
        caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
    settle();
    CAF_CHECK_EQUAL(state->limits.used(limit::connections), 0u);
    state->shards.clear();
    state->clients.clear();
    log->posts.clear();
    remote->clear();
    connections.clear();
    session = nullptr;
    CAF_CHECK_EQUAL(sys.registry().running(), running_before);
  }

  /// Lets everything happen that can happen without time passing.
  void settle() {
    for (;;) {
      loop.restart();
      const auto events = loop.poll();
      if (events + run() == 0)
        return;
    }
  }

  /// Time passes, in steps as the thread's tick makes them.
  void advance(std::chrono::milliseconds time) {
    const auto end = state->timers.now() + time;
    while (state->timers.now() < end) {
      state->timers.advance(std::min(end, state->timers.now() + 50ms));
      settle();
    }
  }

  /// A new connection, and its other end.
  peer connect() {
    std::array<int, 2> ends{};
    CAF_REQUIRE_EQUAL(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    CAF_REQUIRE(state->limits.try_acquire(limit::connections));
    net::stream_socket served{loop, local_stream, ends[0]};
    connections.push_back(net::spawn_connection(context, net::byte_stream{std::move(served)}));
    settle();
    return peer{net::stream_socket{loop, local_stream, ends[1]}};
  }

  std::string exchange(peer& with, std::string_view bytes) {
    with.send(bytes);
    settle();
    return with.receive();
  }

  std::string post(std::string_view body, std::string_view more_headers = {}) const {
    return request("POST",
                   "Content-Type: application/json\r\nAccept: application/json, "
                   "text/event-stream\r\n" +
                       std::string{more_headers} + session_header(),
                   body);
  }
  std::string session_header() const {
    return "Mcp-Session-Id: " + std::string{id.view()} + "\r\n";
  }
  static std::string request(std::string_view method, std::string_view headers,
                             std::string_view body = {}) {
    return std::string{method} + " /mcp HTTP/1.1\r\nHost: localhost\r\n" + std::string{headers} +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string{body};
  }

  /// The session answers.
  template<class Message>
  void answer(const caf::actor& transport, Message message) {
    caf::send_as(session, transport, std::move(message));
    settle();
  }
  void answer_last(std::string body, int status = 200) {
    CAF_REQUIRE(!log->posts.empty());
    const auto& post = log->posts.back();
    answer(post.transport, reply{post.exchange, status, std::move(body), {}, 0});
  }

  static inline const time_point start_time = time_point{} + 1h;

  std::size_t running_before = sys.registry().running();
  boost::asio::io_context loop{1};
  std::shared_ptr<net::connection_options> options;
  std::vector<limit> asked;
  std::shared_ptr<shard_state> state;
  std::shared_ptr<session_log> log;
  std::shared_ptr<std::vector<routed>> remote;
  protocol::session_id id = protocol::make_session_id();
  caf::actor session;
  session_events sessions_seen;
  connection_log observer;
  net::connection_context_ptr context;
  std::vector<caf::actor> connections;
};

inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

inline std::size_t count(std::string_view text, std::string_view part) {
  std::size_t result = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1))
    ++result;
  return result;
}

constexpr std::string_view ping = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";
constexpr std::string_view pong = R"({"jsonrpc":"2.0","id":1,"result":{}})";

} // namespace troupe::test
