#pragma once

// Requests of the modern era without sockets: what begin_request() decides, and a carrier that sees
// calls through as a connection would. The wall clock is `wall_ms`.

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "call_fixture.hpp"
#include "troupe/actors/pinned.hpp"
#include "troupe/actors/stateless_call.hpp"
#include "troupe/actors/stateless_requests.hpp"
#include "troupe/protocol/key_ring.hpp"

namespace troupe::test {

constexpr std::string_view with_forms = R"({"elicitation":{}})";
constexpr std::string_view with_tasks = R"({"extensions":{"io.modelcontextprotocol/tasks":{}}})";
constexpr std::string_view with_both =
    R"({"elicitation":{},"extensions":{"io.modelcontextprotocol/tasks":{}}})";

/// A request of 2026-07-28; `params` are its members without braces, `meta` more of `_meta`.
inline std::string modern(std::string_view method, std::string_view params = {},
                          std::string_view capabilities = "{}", std::string_view meta = {}) {
  std::string text = R"({"jsonrpc":"2.0","id":1,"method":")";
  text += method;
  text += R"(","params":{)";
  text += params;
  if (!params.empty())
    text += ',';
  text += R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
          R"("io.modelcontextprotocol/clientCapabilities":)";
  text += capabilities;
  text += meta;
  return text + "}}}";
}

inline std::string modern_call(std::string_view tool, std::string_view capabilities = "{}",
                               std::string_view more = R"("arguments":{})",
                               std::string_view meta = {}) {
  return modern("tools/call", R"("name":")" + std::string{tool} + "\"," + std::string{more},
                capabilities, meta);
}

/// Carries one call at a time, as a connection does.
class carrier_actor final : public pinned<caf::event_based_actor>, public stateless_call::owner {
public:
  explicit carrier_actor(caf::actor_config& config) : pinned(config) {}

  caf::behavior make_behavior() override {
    return {
        [this](call_finished& done) {
          if (call && done.call == call->number())
            call->on_finished(std::move(done.result));
        },
        [this](call_event& event) { events.push_back(std::move(event.json)); },
        [this](const call_slot& slot) {
          if (call && slot.call == call->number())
            call->on_slot(slot);
        },
        [this](const handler_gone& gone) {
          if (call)
            call->on_handler_gone(gone);
        },
    };
  }

  void on_answer(stateless_answer&& answer) override {
    answers.push_back(std::move(answer));
    call.reset();
  }

  void on_exit() override { call.reset(); }

  std::unique_ptr<stateless_call> call;
  std::vector<stateless_answer> answers;
  std::vector<std::string> events;
};

struct modern_fixture : call_fixture, private call_listener {
  modern_fixture() {
    wall_ms = 1'800'000'000'000;
    state->unix_ms = [] { return wall_ms; };
    state->keys = protocol::key_ring::make_random();
    state->server_info = make_server_info(*options);
    carrier_handle = spawn_pinned<carrier_actor>(*state->home);
    carrier = static_cast<carrier_actor*>(caf::actor_cast<caf::abstract_actor*>(carrier_handle));
    run();
  }

  ~modern_fixture() override {
    caf::anon_send_exit(carrier_handle, caf::exit_reason::user_shutdown);
    for (auto& [id, task] : std::exchange(state->tasks, {}))
      caf::anon_send_exit(task, caf::exit_reason::kill);
    run();
    carrier_handle = nullptr;
  }

  /// What is decided about `request` on the thread that read it.
  stateless_step begin(std::string_view request, const protocol::http_head* head = nullptr) {
    const auto body = parse(request);
    auto checked = protocol::check_modern_request(*body, nullptr);
    if (!std::holds_alternative<protocol::modern_request>(checked))
      CAF_FAIL("refused: " << std::string{request});
    stateless_source source;
    source.carrier = carrier_handle;
    source.direct = this;
    source.head = head;
    source.number = ++calls_begun;
    source.received = start;
    return begin_request(*state, std::get<protocol::modern_request>(checked), body, source);
  }

  /// A request that is answered at once.
  const boost::json::value& answer_to(std::string_view request,
                                      const protocol::http_head* head = nullptr) {
    auto step = begin(request, head);
    if (!std::holds_alternative<stateless_answer>(step))
      CAF_FAIL("not answered at once: " << std::string{request});
    last = std::get<stateless_answer>(std::move(step));
    return parsed.emplace_back(boost::json::parse(joined(last.json, last.shared_end)));
  }

  std::int64_t error_of(std::string_view request, const protocol::http_head* head = nullptr) {
    const auto& answer = answer_to(request, head).as_object();
    const auto* error = answer.if_contains("error");
    return error != nullptr ? error->at("code").as_int64() : 0;
  }

  /// Begins a call that the carrier sees through; what happens at once has happened, if it may run.
  void carry(std::string_view request, bool and_run = true) {
    auto step = begin(request);
    if (!std::holds_alternative<stateless_start>(step))
      CAF_FAIL("not to be carried: " << std::string{request});
    carrier->on_event([&] {
      carrier->call = std::make_unique<stateless_call>(
          *carrier, *carrier, state, std::get<stateless_start>(std::move(step)), start);
      if (auto done = carrier->call->begin())
        carrier->on_answer(std::move(*done));
    });
    if (and_run)
      run();
  }
  void time_out() {
    carrier->on_event([this] { carrier->call->time_out(); });
    run();
  }
  void lose_client() {
    carrier->on_event([this] { carrier->call.reset(); });
    run();
  }

  /// The only answer of the carrier so far.
  const boost::json::value& carried() {
    CAF_REQUIRE_EQUAL(carrier->answers.size(), 1u);
    last = carrier->answers.back();
    return parsed.emplace_back(boost::json::parse(last.json));
  }

  void finish_slow(std::size_t index, outcome result) {
    slow->waiting.at(index).deliver(std::move(result));
    run();
  }

  std::size_t used(limit what) const { return state->limits.used(what); }

  static inline std::int64_t wall_ms = 0;
  stateless_answer last;
  std::vector<std::string> direct_events;
  caf::actor carrier_handle;
  carrier_actor* carrier = nullptr;
  std::uint64_t calls_begun = 0;

private:
  void on_call_event(std::uint64_t call, std::string json) override {
    CAF_CHECK_EQUAL(call, calls_begun);
    direct_events.push_back(std::move(json));
  }
  void on_stream_detached(std::uint64_t) override {}
};

} // namespace troupe::test
