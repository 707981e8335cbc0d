#include "troupe/supervision/config_table.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace troupe::supervision {
namespace {

constexpr std::array<std::string_view, 6> level_words{"trace",   "debug", "info",
                                                      "warning", "error", "off"};
constexpr std::array<std::string_view, 2> format_words{"text", "json"};

constexpr std::uint64_t kib = 1024;
constexpr std::uint64_t mib = 1024 * kib;
constexpr std::uint64_t second = 1000;
constexpr std::uint64_t minute = 60 * second;
constexpr std::uint64_t hour = 60 * minute;
constexpr std::uint64_t day = 24 * hour;
constexpr std::uint64_t many = 1'000'000;

using m = member_ref;
using n = number_ref;
using c = config;

constexpr std::array all{
    // -- server -----------------------------------------------------------------------------------
    setting{"server.name", [](c& to) -> m { return &to.session.server_name; }, 1, 200,
            "The name that clients are told when they connect."},
    setting{"server.title", [](c& to) -> m { return &to.session.server_title; }, 0, 200,
            "The name that clients show to people."},
    setting{"server.instructions", [](c& to) -> m { return &to.session.instructions; }, 0, 64 * kib,
            "A hint for the model on how to use this server. Empty: none."},
    // -- listen -----------------------------------------------------------------------------------
    setting{"listen.address", [](c& to) -> m { return &to.listen.address; }, 1, 64,
            "IPv4 or IPv6 address of the MCP endpoint, IPv6 without brackets. Before listening on "
            "more than this machine, set allowed_hosts."},
    setting{"listen.port", [](c& to) -> m { return n{to.listen.port}; }, 0, 65535,
            "TCP port. 0: the system picks one, and the log tells which."},
    setting{"listen.path", [](c& to) -> m { return &to.connection.endpoint.path; }, 1, 1024,
            "Path of the MCP endpoint."},
    setting{"listen.io_threads", [](c& to) -> m { return n{to.listen.io_threads}; }, 0, 1024,
            "Threads that serve connections. 0: half the cores, at least one."},
    setting{"listen.backlog", [](c& to) -> m { return n{to.listener.backlog}; }, 1, 65535,
            "Connections waiting to be accepted, for each I/O thread. The system may cap it "
            "(net.core.somaxconn)."},
    setting{"listen.accept_pause_ms", [](c& to) -> m { return &to.listener.accept_pause; }, 1,
            minute,
            "The pause in accepting after the system had no descriptor or memory left for a "
            "connection."},
    setting{"listen.allowed_hosts", [](c& to) -> m { return &to.listen.hosts.allowed_hosts; }, 1,
            256,
            "Values of the Host header that are served: host or host:port. Protects from DNS "
            "rebinding. Add the names under which clients reach this server."},
    setting{"listen.allowed_origins", [](c& to) -> m { return &to.listen.hosts.allowed_origins; },
            0, 256,
            "Web pages that may use this server from a browser: scheme://host[:port]. They get "
            "CORS headers. Pages on an allowed host are allowed anyway."},
    setting{"listen.allow_any_host", [](c& to) -> m { return &to.listen.hosts.allow_any; }, 0, 1,
            "Switches off the checks of Host and Origin. Only behind a proxy that makes them."},
    // -- admin ------------------------------------------------------------------------------------
    setting{"admin.enabled", [](c& to) -> m { return &to.admin.enabled; }, 0, 1,
            "Whether there is an admin endpoint: /metrics, /healthz, /readyz."},
    setting{"admin.address", [](c& to) -> m { return &to.admin.address; }, 1, 64,
            "Its address. It has no access control: keep it on this machine or on a network of "
            "operators."},
    setting{"admin.port", [](c& to) -> m { return n{to.admin.port}; }, 0, 65535,
            "Its TCP port. 0: the system picks one, and the log tells which."},
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
    setting{"limits.max_calls_in_flight_per_session",
            [](c& to) -> m { return n{to.session.max_calls_in_flight}; }, 1, 65535,
            "Calls of one session that handlers work on. Beyond it: 429."},
    setting{"limits.max_streams_per_session", [](c& to) -> m { return n{to.session.max_streams}; },
            1, 1024, "Event streams of one session, open or resumable."},
    setting{"limits.max_subscriptions_per_session",
            [](c& to) -> m { return n{to.session.max_subscriptions}; }, 0, many,
            "Resources that one session is subscribed to."},
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
            "(troupe_log_dropped_total)."},
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
    std::pair{"admin", "The endpoint for operators."},
    std::pair{"limits", "What is refused, so that nothing grows without bound."},
    std::pair{"timeouts", "What is given up."},
    std::pair{"streams", "Event streams and their resumption."},
    std::pair{"pool", "Where handlers run."},
    std::pair{"supervision", "How often what dies is started again."},
    std::pair{"shutdown", "After SIGTERM or SIGINT."},
    std::pair{"log", "Always on stderr."},
    std::pair{"resources", "Files served read-only."},
    std::pair{"builtin", "The handlers that come with the binary."},
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
  return all;
}

std::string_view about_section(std::string_view section) noexcept {
  for (const auto& [name, about] : sections)
    if (section == name)
      return about;
  return {};
}

const setting* find_setting(std::string_view path) noexcept {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const setting& one) { return one.path == path; });
  return found == all.end() ? nullptr : &*found;
}

std::span<const std::string_view> log_level_words() noexcept {
  return level_words;
}

} // namespace troupe::supervision
