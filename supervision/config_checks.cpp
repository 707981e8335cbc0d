#include "troupe/supervision/config_checks.hpp"

#include <algorithm>
#include <set>

#include <arpa/inet.h>

#include "troupe/supervision/build_info.hpp"

namespace troupe::supervision {
namespace {

class checker {
public:
  explicit checker(config& settings) : settings_(settings) {}

  config_problems check() {
    addresses();
    path();
    hosts();
    timeouts();
    directories();
    return std::move(problems_);
  }

private:
  void problem(std::string path, std::string reason) {
    problems_.push_back({{}, std::move(path), std::move(reason)});
  }

  void address(const std::string& path, const std::string& text) {
    in6_addr parsed{};
    if (inet_pton(AF_INET, text.c_str(), &parsed) != 1 &&
        inet_pton(AF_INET6, text.c_str(), &parsed) != 1)
      problem(path, "expected an IPv4 or IPv6 address like 127.0.0.1 or ::1, found \"" + text +
                        "\"; names are not resolved");
  }

  void addresses() {
    address("listen.address", settings_.listen.address);
    if (!settings_.admin.enabled)
      return;
    address("admin.address", settings_.admin.address);
    if (settings_.listen.port != 0 && settings_.listen.port == settings_.admin.port &&
        settings_.listen.address == settings_.admin.address)
      problem("admin.port", "the MCP endpoint has this address and port; choose another");
  }

  void path() {
    const auto& path = settings_.connection.endpoint.path;
    const bool plain = std::all_of(path.begin(), path.end(), [](char byte) {
      return byte > ' ' && byte < 127 && byte != '?' && byte != '#' && byte != '"';
    });
    if (path.empty() || path.front() != '/' || !plain)
      problem("listen.path",
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
                  "; otherwise it would end calls before their own timeout");
    if (session.idle_timeout_with_stream < session.idle_timeout)
      problem("timeouts.session_idle_timeout_with_stream_ms",
              "expected at least session_idle_timeout_ms, " +
                  std::to_string(session.idle_timeout.count()) + ", found " +
                  std::to_string(session.idle_timeout_with_stream.count()));
  }

  void directories() {
    std::set<std::string_view> seen;
    for (const auto& one : settings_.resources.directories)
      if (!seen.insert(one.path).second)
        problem("resources.directories", one.path + " is given twice; remove one of them");
  }

  config& settings_;
  config_problems problems_;
};

} // namespace

config_problems finish(config& settings) {
  if (settings.session.server_version.empty())
    settings.session.server_version = build_version();
  return checker{settings}.check();
}

} // namespace troupe::supervision
