#pragma once

// A shard's state without sockets and threads, for tests of sessions: the actors run on the test
// coordinator, time is moved by hand, a transport is an actor that writes down what it is sent.

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/test/dsl.hpp>

#include "troupe/actors/exchange.hpp"
#include "troupe/actors/handler_set.hpp"
#include "troupe/actors/handover.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/session.hpp"
#include "troupe/actors/shard_state.hpp"
#include "troupe/protocol/cursor.hpp"

namespace troupe::test {

/// Everything a transport was sent, as one line each.
struct transport_log {
  std::vector<reply> replies;
  std::vector<std::string> lines;
};

inline std::string compact(const stream_event& event) {
  std::string line = "event";
  for (const auto c : event.head)
    line += c == '\n' ? ' ' : c;
  return line + (event.payload ? event.payload->json() : "-");
}

/// For comparisons that show the difference.
inline std::string lines_of(const std::vector<std::string>& lines) {
  std::string all;
  for (const auto& line : lines)
    all += line + '\n';
  return all;
}

inline caf::behavior recording_transport(caf::event_based_actor*,
                                         std::shared_ptr<transport_log> log) {
  return {
      [log](const reply& answer) {
        log->replies.push_back(answer);
        log->lines.push_back("reply " + std::to_string(answer.status) + ' ' + answer.body);
      },
      [log](const stream_begin&) { log->lines.emplace_back("begin"); },
      [log](const stream_event& event) { log->lines.push_back(compact(event)); },
      [log](const stream_end&) { log->lines.emplace_back("end"); },
      [log](const bounced& back) { log->lines.push_back("bounced to " + std::to_string(back.to)); },
      [log](const session_over& over) {
        log->lines.push_back("over " + std::string{to_string(over.why)});
      },
  };
}

class counting_observer final : public session_observer {
public:
  int opened = 0, calls = 0, streams = 0;
  std::size_t sent = 0, dropped = 0, replayed = 0, incomplete = 0;
  std::vector<session_end> ended;
  std::vector<outcome_kind> outcomes;
  std::vector<std::string> refused;

  void session_opened(protocol::revision, transport_kind) override { ++opened; }
  void session_ended(session_end why, transport_kind) override { ended.push_back(why); }
  void request_finished(protocol::method, outcome_kind kind, transport_kind,
                        std::chrono::nanoseconds) override {
    outcomes.push_back(kind);
  }
  void notification_received(protocol::method) override {}
  void call_started() override { ++calls; }
  void call_ended() override { --calls; }
  void stream_opened() override { ++streams; }
  void stream_closed() override { --streams; }
  void events_sent(std::size_t n) override { sent += n; }
  void events_dropped(std::size_t n) override { dropped += n; }
  void events_replayed(std::size_t n) override { replayed += n; }
  void resumption_incomplete() override { ++incomplete; }
  void task_created() override {}
  void task_ended(task_end) override {}
  void limit_refused(std::string_view name) override { refused.emplace_back(name); }
};

/// The table of a catalog in which an entry belongs.
inline auto& table_of(catalog& target, const tool_entry&) {
  return target.tools;
}
inline auto& table_of(catalog& target, const resource_entry&) {
  return target.resources;
}
inline auto& table_of(catalog& target, const template_entry&) {
  return target.templates;
}
inline auto& table_of(catalog& target, const prompt_entry&) {
  return target.prompts;
}

class session_fixture : public test_coordinator_fixture<> {
public:
  session_fixture() {
    options = std::make_shared<session_options>();
    options->server_version = "0";
    state = std::make_shared<shard_state>(
        [this](limit what, std::size_t) { asked_.push_back(what); }, start);
    state->home = sys.dummy_execution_unit();
    state->options = options;
    state->observer = &observer;
    state->catalog = catalog_ptr{new catalog};
    state->shards.resize(1);
    for (std::size_t i = 0; i < limit_count; ++i)
      state->limits.granted(static_cast<limit>(i), 4);
    log = std::make_shared<transport_log>();
    transport = sys.spawn(recording_transport, log);
    run();
  }

  ~session_fixture() override {
    caf::anon_send_exit(transport, caf::exit_reason::user_shutdown);
    for (auto& [id, handle] : std::exchange(state->sessions, {}))
      caf::anon_send_exit(handle, caf::exit_reason::kill);
    run();
    state->catalog = nullptr;
    transport = nullptr;
  }

  /// Puts handlers into the catalog as the dispatcher would.
  void offer(const handler_set& set) {
    boost::intrusive_ptr<catalog> next{new catalog{*state->catalog}};
    for (auto change : set.changes()) {
      std::visit(
          [&](auto& entry) {
            using type = std::remove_cvref_t<decltype(entry)>;
            if constexpr (!std::is_same_v<type, removal>) {
              entry.number = ++numbers;
              table_of(*next, entry).put(std::make_shared<const type>(std::move(entry)));
            }
          },
          change);
    }
    state->catalog = next;
    state->lists.clear();
  }

  /// A tool because of which its list is not copied.
  void offer_long_tool() {
    handler_set set;
    set.add(protocol::tool{"long"}.with_description(std::string(frame::large_bytes, 'd')),
            handler{[](const call&) -> outcome { return tool_result::text("ok"); },
                    execution::inline_});
    CAF_REQUIRE(set.errors().empty());
    offer(set);
  }

  static protocol::document_ptr parse(std::string_view text) {
    auto parsed = protocol::document::parse(text);
    if (!parsed)
      CAF_FAIL("not a document: " << std::string{text});
    return *parsed;
  }

  /// A session as a transport opens one; the initialize request is exchange 1.
  caf::actor
  open(std::string_view revision = "2025-11-25",
       std::string_view capabilities = R"({"sampling":{},"elicitation":{},"roots":{}})") {
    CAF_REQUIRE(state->limits.try_acquire(limit::sessions));
    CAF_REQUIRE(state->limits.try_acquire(limit::uninitialized_sessions));
    auto opened = open_session(state);
    post(opened.handle, std::string{R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{)"} +
                            R"("protocolVersion":")" + std::string{revision} +
                            R"(","capabilities":)" + std::string{capabilities} +
                            R"(,"clientInfo":{"name":"test","version":"1"}}})");
    return opened.handle;
  }

  /// The same, ready for requests; the log is empty afterwards.
  caf::actor
  ready(std::string_view revision = "2025-11-25",
        std::string_view capabilities = R"({"sampling":{},"elicitation":{},"roots":{}})") {
    auto handle = open(revision, capabilities);
    notice(handle, R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
    clear();
    return handle;
  }

  exchange_id post(const caf::actor& session, std::string_view text, bool sse = true,
                   bool json = true) {
    client_post message;
    message.body = parse(text);
    message.transport = transport;
    message.exchange = ++exchanges;
    message.accepts_sse = sse;
    message.accepts_json = json;
    message.received = start;
    caf::anon_send(session, std::move(message));
    run();
    answer_leases();
    return exchanges;
  }

  /// The registry's part: there are no more slots than at the start.
  void answer_leases() {
    while (!asked_.empty())
      for (const auto what : std::exchange(asked_, {}))
        state->limits.granted(what, 0);
    run();
  }

  void notice(const caf::actor& session, std::string_view text) {
    caf::anon_send(session, client_notice{parse(text), nullptr, 0});
    run();
  }

  exchange_id get(const caf::actor& session, std::optional<protocol::event_id> last = {}) {
    caf::anon_send(session, stream_request{transport, ++exchanges, last});
    run();
    return exchanges;
  }

  void lose(const caf::actor& session, exchange_id exchange) {
    caf::anon_send(session, exchange_lost{transport.address(), exchange});
    run();
  }

  /// Moves the shard's clock; timers fire as the shard's tick would fire them.
  void pass(std::chrono::milliseconds time) {
    start += time;
    state->timers.advance(start);
    run();
  }

  void clear() {
    log->lines.clear();
    log->replies.clear();
  }

  std::vector<std::string> take_lines() { return std::exchange(log->lines, {}); }

  time_point start{std::chrono::hours{1}};
  std::shared_ptr<session_options> options;
  counting_observer observer;
  shard_state_ptr state;
  std::shared_ptr<transport_log> log;
  caf::actor transport;
  exchange_id exchanges = 0;
  std::uint64_t numbers = 0;

private:
  std::vector<limit> asked_;
};

} // namespace troupe::test
