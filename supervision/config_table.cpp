#include "troupe/supervision/config_table.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "troupe/supervision/config_settings.hpp"

namespace troupe::supervision {
namespace {

using namespace setting_terms;

constexpr std::array<std::string_view, 6> level_words{"trace",   "debug", "info",
                                                      "warning", "error", "off"};
constexpr std::array<std::string_view, 2> format_words{"text", "json"};
constexpr std::array<std::string_view, 2> scope_words{"public", "private"};

constexpr std::array others{
    // -- limits -----------------------------------------------------------------------------------
    setting{"limits.max_connections", [](c& to) -> m { return n{to.limits.max_connections}; }, 1,
            many,
            "Open connections of the node. Reduced at the start, with a warning, to what the limit "
            "of open files (RLIMIT_NOFILE) allows. Beyond it: 503."},
    setting{"limits.max_sessions", [](c& to) -> m { return n{to.limits.max_sessions}; }, 1, many,
            "Sessions of the node. Reduced together with max_connections. Beyond it: 503."},
    setting{"limits.max_uninitialized_sessions",
            [](c& to) -> m { return n{to.limits.max_uninitialized_sessions}; }, 1, many,
            "Sessions of the node whose client has not sent notifications/initialized. Beyond it: "
            "503."},
    setting{"limits.max_calls_in_flight",
            [](c& to) -> m { return n{to.limits.max_calls_in_flight}; }, 1, many,
            "Calls of the node that handlers work on. Beyond it: 503."},
    setting{
        "limits.max_tasks", [](c& to) -> m { return n{to.limits.max_tasks}; }, 1, many,
        "Tasks of the node, finished ones included until tasks.ttl_ms is over. Beyond it: 503."},
    setting{"limits.max_calls_in_flight_per_session",
            [](c& to) -> m { return n{to.session.max_calls_in_flight}; }, 1, 65535,
            "Calls of one session that handlers work on. Beyond it: 429."},
    setting{"limits.max_streams_per_session", [](c& to) -> m { return n{to.session.max_streams}; },
            1, 1024, "Event streams of one session, open or resumable."},
    setting{"limits.max_subscriptions_per_session",
            [](c& to) -> m { return n{to.session.max_subscriptions}; }, 0, many,
            "Resources that one session is subscribed to; resources and tasks that one "
            "subscriptions/listen may name."},
    setting{"limits.max_batch", [](c& to) -> m { return n{to.session.max_batch}; }, 1, 10'000,
            "Messages in one batch (revision 2025-03-26 only)."},
    setting{"limits.max_body_bytes",
            [](c& to) -> m { return n{to.connection.endpoint.max_body_bytes}; }, 1, 1024 * mib,
            "Size of a request's body. MCP carries images and files as Base64 in JSON, hence some "
            "megabytes. Beyond it: 413."},
    setting{"limits.max_drain_bytes",
            [](c& to) -> m { return n{to.connection.endpoint.max_drain_bytes}; }, 0, 64 * mib,
            "A refused request's body up to this size is read and dropped, so that its connection "
            "stays usable."},
    setting{"limits.max_linger_bytes", [](c& to) -> m { return n{to.connection.max_linger_bytes}; },
            0, 64 * mib,
            "What is read and dropped before closing, so that the client can read why."},
    setting{"limits.max_header_bytes",
            [](c& to) -> m { return n{to.connection.head.max_header_bytes}; }, 256, 65'535,
            "Size of a request line and its headers. Beyond it: 431."},
    setting{"limits.max_header_count",
            [](c& to) -> m { return n{to.connection.head.max_header_count}; }, 8, 1000,
            "Headers of a request. Beyond it: 431."},
    setting{"limits.max_target_bytes",
            [](c& to) -> m { return n{to.connection.head.max_target_bytes}; }, 16, 65'535,
            "Size of a request's target. Beyond it: 414."},
    setting{"limits.max_json_depth", [](c& to) -> m { return n{to.connection.json.max_depth}; }, 4,
            256, "Levels of arrays and objects in a request."},
    setting{"limits.max_json_values", [](c& to) -> m { return n{to.connection.json.max_values}; },
            16, 100 * many, "Values in a request."},
    setting{"limits.max_json_members", [](c& to) -> m { return n{to.connection.json.max_members}; },
            16, many, "Members of one object in a request."},
    setting{"limits.max_output_bytes", [](c& to) -> m { return n{to.connection.max_output_bytes}; },
            4 * kib, 1024 * mib,
            "Bytes that wait for a client which reads slowly, before it is cut off."},
    setting{"limits.max_refusals_per_second",
            [](c& to) -> m { return n{to.listener.max_refusals_per_second}; }, 1, many,
            "Connections over the limit that are told so by each I/O thread; others wait to be "
            "accepted."},
    setting{"limits.page_size", [](c& to) -> m { return n{to.session.page_size}; }, 1, many,
            "Items on one page of a list."},
    setting{"limits.retry_after_seconds",
            [](c& to) -> m { return n{to.connection.retry_after_seconds}; }, 1, 3600,
            "What Retry-After says to clients that were refused because of a limit, or while "
            "shutting down."},
    // -- timeouts ---------------------------------------------------------------------------------
    setting{"timeouts.header_timeout_ms", [](c& to) -> m { return &to.connection.header_timeout; },
            100, hour,
            "From accepting, later from the first byte of a request, to the end of its headers."},
    setting{"timeouts.body_timeout_ms", [](c& to) -> m { return &to.connection.body_timeout; }, 100,
            hour, "From the first byte of a request to the end of its body."},
    setting{"timeouts.keep_alive_timeout_ms",
            [](c& to) -> m { return &to.connection.keep_alive_timeout; }, 100, day,
            "Between two requests of a connection."},
    setting{"timeouts.write_timeout_ms", [](c& to) -> m { return &to.connection.write_timeout; },
            100, hour, "How long a client may read nothing while bytes wait for it."},
    setting{"timeouts.linger_timeout_ms", [](c& to) -> m { return &to.connection.linger_timeout; },
            0, minute,
            "How long a refused request's body is read and dropped before closing. 0: not at all."},
    setting{"timeouts.watch_after_ms", [](c& to) -> m { return &to.connection.watch_after; }, 50,
            minute, "A request that takes longer is watched for a client that goes away."},
    setting{"timeouts.answer_timeout_ms", [](c& to) -> m { return &to.connection.answer_timeout; },
            second, 7 * day,
            "The last resort for a request that nobody answers. At least call_timeout_ms plus "
            "client_answer_timeout_ms."},
    setting{"timeouts.call_timeout_ms", [](c& to) -> m { return &to.session.call_timeout; }, 100,
            7 * day, "How long a handler may work on a call."},
    setting{"timeouts.client_answer_timeout_ms",
            [](c& to) -> m { return &to.session.client_answer_timeout; }, second, 7 * day,
            "How long a client may take to answer a question of a handler (elicitation, sampling, "
            "roots)."},
    setting{"timeouts.initialize_timeout_ms",
            [](c& to) -> m { return &to.session.initialize_timeout; }, 100, hour,
            "How long a new session may take to send notifications/initialized."},
    setting{"timeouts.session_idle_timeout_ms", [](c& to) -> m { return &to.session.idle_timeout; },
            second, 30 * day,
            "A session without a message and without an open stream ends after this time."},
    setting{"timeouts.session_idle_timeout_with_stream_ms",
            [](c& to) -> m { return &to.session.idle_timeout_with_stream; }, second, 30 * day,
            "The same for a session with an open stream, which alone must not keep a session for "
            "ever."},
    // -- streams ----------------------------------------------------------------------------------
    setting{
        "streams.keep_alive_ms", [](c& to) -> m { return &to.connection.stream_keep_alive; },
        second, hour,
        "A comment is sent on a stream that was silent for so long, so that proxies keep it open."},
    setting{"streams.stream_after_ms", [](c& to) -> m { return &to.session.stream_after; }, 0, day,
            "A call that takes longer is answered on an event stream, which survives a lost "
            "connection."},
    setting{"streams.replay_events", [](c& to) -> m { return n{to.session.replay_events}; }, 0,
            many,
            "Events of one session that are kept for clients that reconnect with Last-Event-ID."},
    setting{"streams.replay_bytes", [](c& to) -> m { return n{to.session.replay_bytes}; }, 0,
            1024 * mib, "Size of these events."},
    setting{"streams.resume_window_ms", [](c& to) -> m { return &to.session.resume_window; }, 0,
            day, "How long a stream without a connection can be resumed."},
    setting{"streams.retry_ms", [](c& to) -> m { return &to.session.retry; }, 0, hour,
            "How long clients are told to wait before they reconnect a stream."},
    // -- websocket --------------------------------------------------------------------------------
    setting{"websocket.enabled", [](c& to) -> m { return &to.connection.websocket.enabled; }, 0, 1,
            "Whether a connection to the MCP endpoint may become a WebSocket."},
    setting{"websocket.max_message_bytes",
            [](c& to) -> m { return n{to.connection.websocket.max_message_bytes}; }, 0, 1024 * mib,
            "Size of a message. 0: as limits.max_body_bytes. Beyond it: close code 1009."},
    setting{"websocket.max_fragments",
            [](c& to) -> m { return n{to.connection.websocket.max_fragments}; }, 1, many,
            "Frames of one message. Beyond it: close code 1008."},
    setting{"websocket.max_messages_per_second",
            [](c& to) -> m { return n{to.connection.websocket.max_messages_per_second}; }, 1,
            100 * many, "Messages of one connection. Beyond it: close code 1008."},
    setting{"websocket.max_control_frames_per_second",
            [](c& to) -> m { return n{to.connection.websocket.max_control_frames_per_second}; }, 1,
            many, "Pings and pongs of one connection. Beyond it: close code 1008."},
    setting{"websocket.ping_interval_ms",
            [](c& to) -> m { return &to.connection.websocket.ping_interval; }, 100, day,
            "A client that has sent nothing for so long gets a ping."},
    setting{"websocket.pong_timeout_ms",
            [](c& to) -> m { return &to.connection.websocket.pong_timeout; }, 100, hour,
            "How long it may stay silent after that."},
    setting{"websocket.close_timeout_ms",
            [](c& to) -> m { return &to.connection.websocket.close_timeout; }, 100, hour,
            "How long a client may take to answer a close frame."},
    setting{"websocket.compression",
            [](c& to) -> m { return &to.connection.websocket.compression; }, 0, 1,
            "Whether messages are compressed for clients that offer it (permessage-deflate)."},
    setting{"websocket.compression_window_bits",
            [](c& to) -> m { return n{to.connection.websocket.compression_window_bits}; }, 9, 15,
            "Size of the compression window, as a power of two."},
    setting{"websocket.compression_memory_level",
            [](c& to) -> m { return n{to.connection.websocket.compression_memory_level}; }, 1, 9,
            "Memory for compressing, as zlib counts it."},
    setting{"websocket.compression_from_bytes",
            [](c& to) -> m { return n{to.connection.websocket.compression_from_bytes}; }, 0, mib,
            "Smaller messages are not compressed."},
    // -- caching ----------------------------------------------------------------------------------
    setting{"caching.discover_ttl_ms",
            [](c& to) -> m { return n{to.session.caching.discover.ttl_ms}; }, 0, 30 * day,
            "How long modern clients may keep the answer of server/discover."},
    setting{"caching.discover_scope",
            [](c& to) -> m {
              return choice_ref{to.session.caching.discover.scope, scope_words};
            },
            0, 0, "Who may share it: public, anybody; private, only the client that asked."},
    setting{"caching.tools_ttl_ms", [](c& to) -> m { return n{to.session.caching.tools.ttl_ms}; },
            0, 30 * day, "How long modern clients may keep tools/list; 0: not at all."},
    setting{"caching.tools_scope",
            [](c& to) -> m {
              return choice_ref{to.session.caching.tools.scope, scope_words};
            },
            0, 0, "Who may share it."},
    setting{"caching.resources_ttl_ms",
            [](c& to) -> m { return n{to.session.caching.resources.ttl_ms}; }, 0, 30 * day,
            "How long modern clients may keep resources/list."},
    setting{"caching.resources_scope",
            [](c& to) -> m {
              return choice_ref{to.session.caching.resources.scope, scope_words};
            },
            0, 0, "Who may share it."},
    setting{"caching.templates_ttl_ms",
            [](c& to) -> m { return n{to.session.caching.templates.ttl_ms}; }, 0, 30 * day,
            "How long modern clients may keep resources/templates/list."},
    setting{"caching.templates_scope",
            [](c& to) -> m {
              return choice_ref{to.session.caching.templates.scope, scope_words};
            },
            0, 0, "Who may share it."},
    setting{"caching.prompts_ttl_ms",
            [](c& to) -> m { return n{to.session.caching.prompts.ttl_ms}; }, 0, 30 * day,
            "How long modern clients may keep prompts/list."},
    setting{"caching.prompts_scope",
            [](c& to) -> m {
              return choice_ref{to.session.caching.prompts.scope, scope_words};
            },
            0, 0, "Who may share it."},
    setting{"caching.read_ttl_ms", [](c& to) -> m { return n{to.session.caching.read.ttl_ms}; }, 0,
            30 * day,
            "How long modern clients may keep what they read from a resource that does not say so "
            "itself."},
    setting{"caching.read_scope",
            [](c& to) -> m {
              return choice_ref{to.session.caching.read.scope, scope_words};
            },
            0, 0, "Who may share it."},
    // -- request_state ----------------------------------------------------------------------------
    setting{"request_state.ttl_ms", [](c& to) -> m { return &to.session.request_state_ttl; },
            second, 7 * day,
            "How long a modern client may take to come back with the input that a handler asked "
            "for."},
    setting{"request_state.key_file", [](c& to) -> m { return &to.sealing.key_file; }, 0, 4096,
            "File with the keys that seal what modern clients carry for the server: one id:key a "
            "line, 256 bits each as hexadecimal or Base64, the one that seals first. Empty: a "
            "random key, and what it sealed is refused after a restart.",
            true},
    // -- tasks ------------------------------------------------------------------------------------
    setting{"tasks.ttl_ms", [](c& to) -> m { return &to.session.task_ttl; }, second, 7 * day,
            "How long a task and its result are kept, from its creation."},
    setting{"tasks.poll_interval_ms", [](c& to) -> m { return &to.session.task_poll_interval; }, 1,
            hour, "What clients are told to wait between two questions for a task."},
    // -- pool -------------------------------------------------------------------------------------
    setting{"pool.threads", [](c& to) -> m { return n{to.pool.threads}; }, 0, 1024,
            "Threads that run handlers. 0: as many as cores, at least two."},
    // -- supervision ------------------------------------------------------------------------------
    setting{"supervision.max_restarts", [](c& to) -> m { return n{to.supervision.max_restarts}; },
            0, 10'000,
            "Actors of the runtime that may die and be restarted within the window; one more ends "
            "the process."},
    setting{"supervision.restart_window_ms",
            [](c& to) -> m { return &to.supervision.restart_window; }, second, day,
            "The window in which restarts of the runtime's actors are counted."},
    setting{"supervision.handler_max_restarts",
            [](c& to) -> m { return n{to.handlers.max_restarts}; }, 0, 10'000,
            "Restarts of one handler's actor within its window; one more removes the handler."},
    setting{"supervision.handler_restart_window_ms",
            [](c& to) -> m { return &to.handlers.restart_window; }, second, day,
            "The window in which restarts of a handler's actor are counted."},
    // -- shutdown ---------------------------------------------------------------------------------
    setting{"shutdown.limit_ms", [](c& to) -> m { return &to.shutdown.limit; }, 0, hour,
            "How long running calls may take to end after SIGTERM; then they are killed and named "
            "in the log."},
    setting{"shutdown.linger_ms", [](c& to) -> m { return &to.connection.drain_linger; }, 0,
            10 * second,
            "How long after its last answer, or after it was accepted, an idle connection is kept "
            "for a request that is on its way, which is refused with 503 instead of being cut "
            "off."},
    setting{"shutdown.watchdog_ms", [](c& to) -> m { return &to.shutdown.watchdog; }, second, hour,
            "How long after the limit the process ends itself if the actor system hangs."},
    // -- log --------------------------------------------------------------------------------------
    setting{"log.level",
            [](c& to) -> m {
              return choice_ref{to.log.level, level_words};
            },
            0, 0, "The least important lines that are written.", true},
    setting{"log.format",
            [](c& to) -> m {
              return choice_ref{to.log.format, format_words};
            },
            0, 0, "text for people, json for collectors (one object a line). Always on stderr."},
    setting{"log.queue_lines", [](c& to) -> m { return n{to.log.queue_lines}; }, 128, many,
            "Lines that wait to be written. When stderr is slower, the oldest are lost and counted "
            "(troupe_log_dropped_total). Each takes 408 bytes, also while none waits."},
    // -- resources --------------------------------------------------------------------------------
    setting{
        "resources.directories", [](c& to) -> m { return &to.resources.directories; }, 0, 64,
        "Directories whose files clients may read. Each has a path (absolute), and perhaps a name "
        "and a description. Nothing outside of them is served, whatever links they contain, and "
        "nothing whose name begins with a dot.",
        true},
    setting{"resources.max_file_bytes", [](c& to) -> m { return n{to.resources.max_file_bytes}; },
            1, 256 * mib, "Larger files are refused.", true},
    setting{
        "resources.max_listed", [](c& to) -> m { return n{to.resources.max_listed}; }, 0, 100'000,
        "Files of one directory that are listed; others can be read if their URI is known.", true},
    // -- builtin ----------------------------------------------------------------------------------
    setting{"builtin.enabled", [](c& to) -> m { return &to.builtin.enabled; }, 0, 1,
            "Whether the tools echo and server_status and the resource troupe://clock are there."},
    setting{"builtin.clock_interval_ms", [](c& to) -> m { return &to.builtin.clock_interval; }, 0,
            day, "How often subscribers of troupe://clock are told that it has changed. 0: never."},
};

constexpr std::array sections{
    std::pair{"server", "What this server tells about itself."},
    std::pair{"listen", "The MCP endpoint."},
    std::pair{"http_sse", "The transport of 2024-11-05, on the same port."},
    std::pair{"tls", "TLS of the MCP endpoint. SIGHUP reloads the files."},
    std::pair{"admin", "The endpoint for operators."},
    std::pair{"limits", "What is refused, so that nothing grows without bound."},
    std::pair{"timeouts", "What is given up."},
    std::pair{"streams", "Event streams and their resumption."},
    std::pair{"websocket", "Connections that become a WebSocket."},
    std::pair{"caching", "What clients of revision 2026-07-28 may keep, and for how long."},
    std::pair{"request_state", "What clients of revision 2026-07-28 carry for the server."},
    std::pair{"tasks", "Calls that outlive their request (io.modelcontextprotocol/tasks)."},
    std::pair{"pool", "Where handlers run."},
    std::pair{"supervision", "How often what dies is started again."},
    std::pair{"shutdown", "After SIGTERM or SIGINT."},
    std::pair{"log", "Always on stderr."},
    std::pair{"resources", "Files served read-only."},
    std::pair{"builtin", "The handlers that come with the binary."},
    std::pair{"cluster", "Other nodes that serve the same clients: docs/cluster.md."},
};

} // namespace

bool choice_ref::set(std::string_view word) const {
  const auto found = std::find(words_.begin(), words_.end(), word);
  if (found == words_.end())
    return false;
  set_(member_, static_cast<std::size_t>(found - words_.begin()));
  return true;
}

std::span<const setting> settings() noexcept {
  static const auto all = [] {
    const auto endpoints = endpoint_settings();
    std::vector<setting> result{endpoints.begin(), endpoints.end()};
    result.insert(result.end(), others.begin(), others.end());
    const auto cluster = cluster_settings();
    result.insert(result.end(), cluster.begin(), cluster.end());
    return result;
  }();
  return all;
}

std::string_view about_section(std::string_view section) noexcept {
  for (const auto& [name, about] : sections)
    if (section == name)
      return about;
  return {};
}

const setting* find_setting(std::string_view path) noexcept {
  const auto all = settings();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const setting& one) { return one.path == path; });
  return found == all.end() ? nullptr : &*found;
}

std::span<const std::string_view> log_level_words() noexcept {
  return level_words;
}

} // namespace troupe::supervision
