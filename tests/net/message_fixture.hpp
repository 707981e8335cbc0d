#pragma once

// Message connections on a port that the test plays: what the peer says goes in as text, what it is
// sent is kept as text. Sessions are real.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/net/modern_fixture.hpp"
#include "troupe/net/message_connection.hpp"

namespace troupe::test {

/// What a port was told to do.
struct port_log {
  net::message_port::user* user = nullptr;
  std::vector<std::string> sent;
  std::vector<std::string> unread; ///< what the peer said while input was held
  bool started = false, held = false, aborted = false;
  bool end_unread = false; ///< the end of input came while input was held
  std::size_t stuck = 0;   ///< bytes that the peer does not take
  int flushes = 0;
  std::vector<net::port_close> closes;
  time_point due = time_point::max();
};

class played_port final : public net::message_port {
public:
  played_port(user& user, std::shared_ptr<port_log> log) : log_(std::move(log)) {
    log_->user = &user;
  }
  ~played_port() override { log_->user = nullptr; }

  void start() override { log_->started = true; }
  void send(const frame_ptr& message) override { send(std::string_view{message->json()}); }
  void send(std::string_view message) override { log_->sent.emplace_back(message); }
  void flush() override { ++log_->flushes; }
  std::size_t waiting_bytes() const noexcept override { return log_->stuck; }
  void hold_input(bool hold) override { log_->held = hold; }
  void close(net::port_close why, net::connection_end end) override {
    log_->closes.push_back(why);
    log_->user->on_closed(end);
  }
  void abort() noexcept override { log_->aborted = true; }
  time_point deadline() const noexcept override { return log_->due; }
  void on_time(time_point) override { log_->user->on_closed(net::connection_end::write_timeout); }

private:
  std::shared_ptr<port_log> log_;
};

/// The other end of a message connection.
class message_peer {
public:
  message_peer(std::shared_ptr<port_log> port, std::function<void()> settle)
      : port_(std::move(port)), settle_(std::move(settle)) {}

  /// Says it, and returns all that came back so far.
  std::vector<std::string> say(std::string_view text) {
    port_->unread.emplace_back(text);
    go_on();
    return take();
  }
  void end_input() {
    port_->end_unread = true;
    go_on();
  }
  std::vector<std::string> take() {
    go_on();
    return std::exchange(port_->sent, {});
  }
  void lose() {
    port_->user->activate([this] { port_->user->on_closed(net::connection_end::client_lost); });
    settle_();
  }
  bool ended() const { return port_->aborted; }
  port_log& port() { return *port_; }

private:
  /// As a port does: nothing is passed on while input is held.
  void go_on() {
    settle_();
    while (!port_->aborted && !port_->held && !port_->unread.empty()) {
      const auto text = port_->unread.front();
      port_->unread.erase(port_->unread.begin());
      port_->user->activate([&] { port_->user->on_message(text); });
      settle_();
    }
    if (!port_->aborted && !port_->held && std::exchange(port_->end_unread, false)) {
      port_->user->activate([this] { port_->user->on_input_end(); });
      settle_();
    }
  }

  std::shared_ptr<port_log> port_;
  std::function<void()> settle_;
};

struct message_fixture : modern_connection_fixture {
  message_fixture() {
    state->limits.granted(limit::sessions, 2);
    state->limits.granted(limit::uninitialized_sessions, 2);
  }

  message_peer open(transport_kind kind = transport_kind::local) {
    auto log = std::make_shared<port_log>();
    if (kind != transport_kind::stdio)
      CAF_REQUIRE(state->limits.try_acquire(limit::connections));
    connections.push_back(net::spawn_message_connection(
        context, kind, [log](net::message_port::user& user) -> std::unique_ptr<net::message_port> {
          return std::make_unique<played_port>(user, log);
        }));
    settle();
    CAF_REQUIRE(log->started);
    return {log, [this] { settle(); }};
  }

  /// With a session that is ready for requests.
  message_peer open_session(std::string_view revision = "2025-11-25") {
    auto peer = open();
    const auto greeted = peer.say(initialize(revision));
    CAF_REQUIRE_EQUAL(greeted.size(), 1u);
    CAF_REQUIRE(contains(greeted[0], R"("protocolVersion":")" + std::string{revision}));
    CAF_REQUIRE_EQUAL(peer.say(initialized).size(), 0u);
    return peer;
  }

  static std::string initialize(std::string_view revision = "2025-11-25") {
    return R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":")" +
           std::string{revision} +
           R"(","capabilities":{"elicitation":{}},"clientInfo":{"name":"t","version":"1"}}})";
  }
  static constexpr std::string_view initialized =
      R"({"jsonrpc":"2.0","method":"notifications/initialized"})";

  static std::string legacy(std::string_view method, std::string_view id = "1",
                            std::string_view params = "{}") {
    return R"({"jsonrpc":"2.0","id":)" + std::string{id} + R"(,"method":")" + std::string{method} +
           R"(","params":)" + std::string{params} + "}";
  }
  static std::string cancellation(std::string_view id) {
    return R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":)" +
           std::string{id} + "}}";
  }
  /// A request of the modern era with this id.
  static std::string with_id(std::string_view id, std::string request) {
    constexpr std::string_view usual = R"("id":1,)";
    return request.replace(request.find(usual), usual.size(), R"("id":)" + std::string{id} + ",");
  }
  static std::string slow_call(std::string_view id) {
    return with_id(id, modern_call("slow", "{}", R"("arguments":{})", wants_progress));
  }
  static std::string listen(std::string_view id, std::string_view filter) {
    return with_id(id, modern("subscriptions/listen", R"("notifications":)" + std::string{filter}));
  }

  /// This thread's lease is empty.
  void no_slots_for_sessions() {
    while (state->limits.leased(limit::sessions) > 0)
      state->limits.recall(limit::sessions, 1);
  }

  void finish_call(std::size_t index, std::string text) {
    slow->waiting.at(index).deliver(outcome{tool_result::text(std::move(text))});
    settle();
  }
};

inline std::string only(const std::vector<std::string>& messages) {
  if (messages.size() != 1)
    CAF_FAIL("expected one message, not " << messages.size());
  return messages.front();
}

} // namespace troupe::test
