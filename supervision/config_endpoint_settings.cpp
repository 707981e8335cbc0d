#include <array>

#include "troupe/supervision/config_settings.hpp"

namespace troupe::supervision {
namespace {

using namespace setting_terms;

constexpr std::array<std::string_view, 3> client_words{"none", "optional", "required"};
constexpr std::array<std::string_view, 2> tls_words{"1.2", "1.3"};

constexpr std::array all{
    // -- server -----------------------------------------------------------------------------------
    setting{"server.name", [](c& to) -> m { return &to.session.server_name; }, 1, 200,
            "The name that clients are told when they connect."},
    setting{"server.title", [](c& to) -> m { return &to.session.server_title; }, 0, 200,
            "The name that clients show to people."},
    setting{"server.instructions", [](c& to) -> m { return &to.session.instructions; }, 0, 64 * kib,
            "A hint for the model on how to use this server. Empty: none."},
    setting{"server.tell_info", [](c& to) -> m { return &to.session.tell_server_info; }, 0, 1,
            "Whether results name this server to modern clients."},
    // -- listen -----------------------------------------------------------------------------------
    setting{"listen.address", [](c& to) -> m { return &to.listen.address; }, 1, 128,
            "IPv4 or IPv6 address of the MCP endpoint, IPv6 without brackets. Before listening on "
            "more than this machine, set allowed_hosts. Or unix:/path: a Unix domain socket, which "
            "speaks lines of JSON and no HTTP."},
    setting{"listen.port", [](c& to) -> m { return n{to.listen.port}; }, 0, 65535,
            "TCP port. 0: the system picks one, and the log tells which."},
    setting{"listen.unix_mode", [](c& to) -> m { return &to.listen.unix_mode; }, 3, 4,
            "Who may connect to a Unix domain socket: the permissions of its file, in octal."},
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
    // -- http_sse ---------------------------------------------------------------------------------
    setting{"http_sse.enabled", [](c& to) -> m { return &to.connection.endpoint.serves_sse; }, 0, 1,
            "Whether clients of the HTTP+SSE transport of 2024-11-05 are served. Deprecated by the "
            "specification: newer clients use listen.path."},
    setting{"http_sse.stream_path", [](c& to) -> m { return &to.connection.endpoint.sse_path; }, 1,
            1024, "Path where such a client opens its stream with GET."},
    setting{"http_sse.messages_path",
            [](c& to) -> m { return &to.connection.endpoint.messages_path; }, 1, 1024,
            "Path to which such a client sends its messages with POST."},
    // -- tls --------------------------------------------------------------------------------------
    setting{"tls.certificate_file", [](c& to) -> m { return &to.tls.files.certificate_file; }, 0,
            4096,
            "File with the server's certificate, then those of its issuers, as PEM. Empty: no TLS. "
            "TLS is switched on and off at a start only.",
            true},
    setting{"tls.key_file", [](c& to) -> m { return &to.tls.files.key_file; }, 0, 4096,
            "File with the key of this certificate, as PEM, without a pass phrase.", true},
    setting{"tls.client_certificates",
            [](c& to) -> m {
              return choice_ref{to.tls.files.clients, client_words};
            },
            0, 0,
            "Whether clients show a certificate: none, they are not asked; optional, those that do "
            "are checked; required, there is no connection without.",
            true},
    setting{"tls.client_ca_file", [](c& to) -> m { return &to.tls.files.client_ca_file; }, 0, 4096,
            "File with the certificates of those who may issue clients' certificates, as PEM.",
            true},
    setting{"tls.min_version",
            [](c& to) -> m {
              return choice_ref{to.tls.files.min_version, tls_words};
            },
            0, 0, "The oldest version of TLS that is spoken.", true},
    setting{"tls.handshake_timeout_ms", [](c& to) -> m { return &to.connection.handshake_timeout; },
            100, hour,
            "From accepting to the end of the handshake; then timeouts.header_timeout_ms begins."},
    // -- admin ------------------------------------------------------------------------------------
    setting{"admin.enabled", [](c& to) -> m { return &to.admin.enabled; }, 0, 1,
            "Whether there is an admin endpoint: /metrics, /healthz, /readyz."},
    setting{"admin.address", [](c& to) -> m { return &to.admin.address; }, 1, 64,
            "Its address. It has no access control: keep it on this machine or on a network of "
            "operators."},
    setting{"admin.port", [](c& to) -> m { return n{to.admin.port}; }, 0, 65535,
            "Its TCP port. 0: the system picks one, and the log tells which."},
};

} // namespace

std::span<const setting> endpoint_settings() noexcept {
  return all;
}

} // namespace troupe::supervision
