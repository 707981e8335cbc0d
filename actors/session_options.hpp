#pragma once

// What the configuration says about sessions, their streams, and requests without a session. Units stand in the names; the
// defaults here are the only ones (configs/troupe.json shows them, supervision/config reads them).

#include <chrono>
#include <cstddef>
#include <string>

#include "troupe/protocol/cursor.hpp"
#include "troupe/protocol/result_context.hpp"

namespace troupe {

/// What modern clients may keep, and for how long (2026-07-28, server/utilities/caching).
struct caching_options {
  protocol::cache_hints discover{3'600'000, protocol::cache_scope::public_};
  protocol::cache_hints tools{60'000, protocol::cache_scope::public_};
  protocol::cache_hints resources{60'000, protocol::cache_scope::public_};
  protocol::cache_hints templates{60'000, protocol::cache_scope::public_};
  protocol::cache_hints prompts{60'000, protocol::cache_scope::public_};
  /// Of resources that say nothing themselves.
  protocol::cache_hints read{0, protocol::cache_scope::private_};
};

struct session_options {
  // -- lifetime -----------------------------------------------------------------------------------
  std::chrono::milliseconds idle_timeout{std::chrono::minutes{30}};
  /// With an open GET stream; a stream alone must not keep a forgotten session for ever.
  std::chrono::milliseconds idle_timeout_with_stream{std::chrono::hours{4}};
  std::chrono::milliseconds initialize_timeout{std::chrono::seconds{30}};

  // -- calls --------------------------------------------------------------------------------------
  std::size_t max_calls_in_flight = 64;
  std::chrono::milliseconds call_timeout{std::chrono::minutes{5}};
  /// How long a client may take to answer elicitation, sampling or roots.
  std::chrono::milliseconds client_answer_timeout{std::chrono::minutes{5}};
  /// A call that takes longer is moved to an SSE stream, so that proxies see keep-alives and the
  /// result survives a lost connection.
  std::chrono::milliseconds stream_after{std::chrono::seconds{5}};
  std::size_t max_batch = 100;
  /// How long a modern client may take to come back with the input that a handler asked for.
  std::chrono::milliseconds request_state_ttl{std::chrono::minutes{10}};
  /// How long a task and its result are kept, from its creation.
  std::chrono::milliseconds task_ttl{std::chrono::minutes{15}};
  /// What clients are told to wait between two questions for a task.
  std::chrono::milliseconds task_poll_interval{std::chrono::seconds{1}};

  // -- streams ------------------------------------------------------------------------------------
  std::size_t max_streams = 16;
  std::size_t replay_events = 256;
  std::size_t replay_bytes = 256 * 1024;
  /// How long a stream without a connection is kept for Last-Event-ID.
  std::chrono::milliseconds resume_window{std::chrono::minutes{2}};
  /// The `retry` field of the priming event.
  std::chrono::milliseconds retry{std::chrono::seconds{1}};
  std::size_t max_subscriptions = 256;

  // -- what the server tells about itself ---------------------------------------------------------
  std::string server_name = "troupe";
  std::string server_title = "Troupe";
  std::string server_version;
  std::string instructions;
  std::size_t page_size = 1000;
  caching_options caching;
  /// Whether modern results name this server in their `_meta`.
  bool tell_server_info = true;
  /// Signs pagination cursors; drawn at start, not configured.
  protocol::cursor_key cursor_key{};
};

} // namespace troupe
