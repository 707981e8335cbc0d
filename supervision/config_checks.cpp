#include "troupe/supervision/config_checks.hpp"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <set>

#include <arpa/inet.h>

#include "troupe/net/local_socket.hpp"
#include "troupe/supervision/build_info.hpp"
#include "troupe/supervision/cluster/cluster_checks.hpp"
#include "troupe/supervision/sealing_keys.hpp"

namespace troupe::supervision {
namespace {

class checker {
public:
  checker(config& settings, const config_positions& positions)
      : settings_(settings), positions_(positions) {}

  config_problems check() {
    addresses();
    paths();
    hosts();
    timeouts();
    streams();
    directories();
    keys();
    tls();
    for (auto& wrong : finish_cluster(settings_.cluster))
      problem(std::move(wrong.path), std::move(wrong.reason), {wrong.other});
    return std::move(problems_);
  }

private:
  /// `others` are settings that have a part in the problem: where `path` has its default, one of them
  /// is what the file says.
  void problem(std::string path, std::string reason,
               std::initializer_list<std::string_view> others = {}) {
    auto where = positions_.find(path);
    for (auto other = others.begin(); where == positions_.end() && other != others.end(); ++other)
      where = positions_.find(*other);
    problems_.push_back({where == positions_.end() ? std::nullopt : std::optional{where->second},
                         std::move(path), std::move(reason)});
  }

  void address(const std::string& path, const std::string& text) {
    in6_addr parsed{};
    if (inet_pton(AF_INET, text.c_str(), &parsed) != 1 &&
        inet_pton(AF_INET6, text.c_str(), &parsed) != 1)
      problem(path, "expected an IPv4 or IPv6 address like 127.0.0.1 or ::1, found \"" + text +
                        "\"; names are not resolved");
  }

  void addresses() {
    if (const auto path = settings_.listen.unix_path())
      unix_address(*path);
    else
      address("listen.address", settings_.listen.address);
    if (!settings_.admin.enabled)
      return;
    address("admin.address", settings_.admin.address);
    if (settings_.listen.port != 0 && settings_.listen.port == settings_.admin.port &&
        settings_.listen.address == settings_.admin.address)
      problem("admin.port", "the MCP endpoint has this address and port; choose another",
              {"admin.address", "listen.port", "listen.address"});
  }

  void unix_address(const std::string& path) {
    if (!path.starts_with('/') || path.size() > net::local_socket::max_path_bytes ||
        path.find('\0') != path.npos)
      problem("listen.address", "expected an absolute path of at most " +
                                    std::to_string(net::local_socket::max_path_bytes) +
                                    " bytes behind unix:, like unix:/run/troupe.sock, found \"" +
                                    path + '"');
    if (!settings_.tls.files.certificate_file.empty())
      problem("tls.certificate_file", "a Unix domain socket speaks no TLS; leave it out",
              {"listen.address"});
    const auto& mode = settings_.listen.unix_mode;
    if (mode.find_first_not_of("01234567") != mode.npos || mode.size() > 4)
      problem("listen.unix_mode", "expected octal digits like 0600, found \"" + mode + '"');
  }

  void paths() {
    const auto& endpoint = settings_.connection.endpoint;
    path("listen.path", endpoint.path);
    if (!endpoint.serves_sse)
      return;
    path("http_sse.stream_path", endpoint.sse_path);
    path("http_sse.messages_path", endpoint.messages_path);
    if (endpoint.sse_path == endpoint.path)
      problem("http_sse.stream_path", "the MCP endpoint has this path; choose another",
              {"listen.path"});
    if (endpoint.messages_path == endpoint.path || endpoint.messages_path == endpoint.sse_path)
      problem("http_sse.messages_path", "another endpoint has this path; choose a third",
              {"listen.path", "http_sse.stream_path"});
  }

  void path(const char* setting, const std::string& path) {
    const bool plain = std::all_of(path.begin(), path.end(), [](char byte) {
      return byte > ' ' && byte < 127 && byte != '?' && byte != '#' && byte != '"';
    });
    if (path.empty() || path.front() != '/' || !plain)
      problem(setting,
              "expected a path like /mcp: a slash, then characters that a URL may have, without a "
              "query; found \"" +
                  path + '"');
  }

  void hosts() {
    auto compiled = protocol::host_rules::compile(settings_.listen.hosts);
    if (auto* rules = std::get_if<protocol::host_rules>(&compiled))
      settings_.connection.endpoint.hosts = std::move(*rules);
    else
      problem("listen", std::get<protocol::host_rules_error>(compiled).message);
  }

  void timeouts() {
    const auto& session = settings_.session;
    const auto needed = session.call_timeout + session.client_answer_timeout;
    if (settings_.connection.answer_timeout < needed)
      problem("timeouts.answer_timeout_ms",
              "expected at least call_timeout_ms plus client_answer_timeout_ms, " +
                  std::to_string(needed.count()) + ", found " +
                  std::to_string(settings_.connection.answer_timeout.count()) +
                  "; otherwise it would end calls before their own timeout",
              {"timeouts.call_timeout_ms", "timeouts.client_answer_timeout_ms"});
    if (session.idle_timeout_with_stream < session.idle_timeout)
      problem("timeouts.session_idle_timeout_with_stream_ms",
              "expected at least session_idle_timeout_ms, " +
                  std::to_string(session.idle_timeout.count()) + ", found " +
                  std::to_string(session.idle_timeout_with_stream.count()),
              {"timeouts.session_idle_timeout_ms"});
  }

  void streams() {
    const auto most = settings_.connection.max_output_bytes;
    if (settings_.session.replay_bytes > most)
      problem("streams.replay_bytes",
              "expected at most limits.max_output_bytes, " + std::to_string(most) + ", found " +
                  std::to_string(settings_.session.replay_bytes) +
                  "; otherwise a client that resumes could be cut off for what is replayed to it",
              {"limits.max_output_bytes"});
  }

  void directories() {
    std::set<std::string_view> seen;
    for (const auto& one : settings_.resources.directories)
      if (!seen.insert(one.path).second)
        problem("resources.directories", one.path + " is given twice; remove one of them");
  }

  void keys() {
    const auto& path = settings_.sealing.key_file;
    if (path.empty())
      return;
    auto loaded = load_keys(path);
    if (const auto* wrong = std::get_if<std::string>(&loaded))
      problem("request_state.key_file", *wrong);
    else
      settings_.sealing.keys = std::get<std::shared_ptr<const protocol::key_ring>>(loaded);
  }

  void tls() {
    const auto& files = settings_.tls.files;
    if (files.certificate_file.empty() != files.key_file.empty()) {
      const bool key = files.key_file.empty();
      problem(key ? "tls.key_file" : "tls.certificate_file",
              key ? "expected the key of tls.certificate_file"
                  : "expected the certificate of tls.key_file",
              {key ? "tls.certificate_file" : "tls.key_file"});
      return;
    }
    const bool asks = files.clients != net::client_certificates::none;
    if (asks == files.client_ca_file.empty())
      problem(asks ? "tls.client_ca_file" : "tls.client_certificates",
              asks ? "expected a file, because tls.client_certificates asks clients for theirs"
                   : "expected optional or required, because tls.client_ca_file is given, which "
                     "nobody would be checked against",
              {"tls.client_certificates", "tls.client_ca_file"});
    else if (!files.certificate_file.empty())
      load_tls();
    else if (asks)
      problem("tls.certificate_file", "expected a file: clients can only be asked over TLS",
              {"tls.client_certificates"});
  }

  void load_tls() {
    auto loaded = net::tls_context::load(settings_.tls.files);
    if (auto* const wrong = std::get_if<net::tls_problem>(&loaded))
      problem(std::move(wrong->setting), std::move(wrong->reason));
    else
      settings_.tls.context = std::get<net::tls_context_ptr>(std::move(loaded));
  }

  config& settings_;
  const config_positions& positions_;
  config_problems problems_;
};

} // namespace

config_problems finish(config& settings, const config_positions& positions) {
  if (settings.session.server_version.empty())
    settings.session.server_version = build_version();
  return checker{settings, positions}.check();
}

std::vector<std::string> warnings_of(const config& settings) {
  auto result = settings.cluster.warnings;
  if (const auto& tls = settings.tls.context)
    result.insert(result.end(), tls->warnings().begin(), tls->warnings().end());
  return result;
}

} // namespace troupe::supervision
