#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include <boost/system/system_error.hpp>
#include <caf/scoped_actor.hpp>
#include <spdlog/spdlog.h>

#include "troupe/net/listener.hpp"
#include "troupe/supervision/build_info.hpp"
#include "troupe/supervision/node_core.hpp"
#include "troupe/supervision/signals.hpp"

namespace troupe {

using namespace supervision;

namespace {

/// For answers within the process that take microseconds unless something is broken.
constexpr std::chrono::seconds start_timeout{10};

std::string in_words(const net::tcp::endpoint& where) {
  const auto address = where.address().to_string();
  return (where.address().is_v6() ? "[" + address + "]" : address) + ":" +
         std::to_string(where.port());
}

start_failure cannot_listen(const net::tcp::endpoint& where, const std::string& reason,
                            std::string_view option, std::string_view setting) {
  return {"cannot listen on " + in_words(where) + ": " + reason +
          "; end the program that uses this port, or choose another address with " +
          std::string{option} + " ADDR:PORT or in the configuration (" + std::string{setting} +
          ")"};
}

start_failure cannot_listen(const std::string& path, const boost::system::error_code& error) {
  std::string reason = error.message();
  if (error == boost::system::errc::address_in_use)
    reason = "a server answers there; end it, or choose another path";
  else if (error == boost::system::errc::file_exists)
    reason = "there is a file that is no socket; remove it, or choose another path";
  return {"cannot listen on unix:" + path + ": " + reason +
          " (--listen unix:/path, or listen.address in the configuration)"};
}

net::tcp::endpoint endpoint_of(const std::string& address, std::uint16_t port) {
  return {net::asio::ip::make_address(address), port};
}

} // namespace

std::optional<start_failure> node::implementation::start() {
  const signals_blocked_here signals; // threads that start here leave signals to the application
  for (const step next :
       {&implementation::check, &implementation::take_places, &implementation::open_gate,
        &implementation::start_actors, &implementation::publish_handlers,
        &implementation::bind_ports, &implementation::open_admin, &implementation::accept}) {
    if (auto failure = (this->*next)()) {
      begin_stop({});
      wait();
      return failure;
    }
  }
  return std::nullopt;
}

std::optional<start_failure> node::implementation::check() {
  std::string text;
  const auto add = [&](const std::string& problem) {
    text += (text.empty() ? "" : "\n") + problem;
  };
  std::for_each(problems.begin(), problems.end(), add);
  std::for_each(handlers.errors().begin(), handlers.errors().end(), add);
  if (!text.empty())
    return start_failure{std::move(text)};
  return std::nullopt;
}

/// What is taken before there are actors, because only the system can say whether it is free.
std::optional<start_failure> node::implementation::take_places() {
  if (settings.listen.enabled) {
    const auto path = settings.listen.unix_path();
    const auto where =
        path ? net::tcp::endpoint{} : endpoint_of(settings.listen.address, settings.listen.port);
    try {
      if (path)
        local_ = std::make_shared<const net::local_socket>(
            *path, static_cast<::mode_t>(std::stoul(settings.listen.unix_mode, nullptr, 8)),
            settings.listener.backlog);
      else
        net::listener::require_free(where);
    } catch (const boost::system::system_error& error) {
      return path ? cannot_listen(*path, error.code())
                  : cannot_listen(where, error.code().message(), "--listen",
                                  "listen.address, listen.port");
    }
  }
  if (!settings.stdio)
    return std::nullopt;
  try {
    stdio_ = std::make_unique<net::standard_streams>();
  } catch (const boost::system::system_error& error) {
    return start_failure{"cannot serve standard input and output: " + std::string{error.what()} +
                         "; start this process with both open"};
  }
  return std::nullopt;
}

std::optional<start_failure> node::implementation::start_actors() {
  for (std::size_t i = 0; i < settings.effective_io_threads(); ++i)
    units_.push_back(std::make_unique<net::io_unit>(*system_, "troupe-io-" + std::to_string(i)));
  for (const auto& unit : units_)
    unit->start();
  auto started = spawn_supervisor(*system_, describe_actors());
  started->attach_functor([this] { on_supervisor_end(); });
  const std::lock_guard guard{mutex_};
  supervisor_ = std::move(started);
  return std::nullopt;
}

std::optional<start_failure> node::implementation::publish_handlers() {
  auto initial = std::exchange(handlers, {});
  if (initial.empty())
    return std::nullopt;
  const auto published = update(std::move(initial)).get();
  if (!published)
    return start_failure{"the handlers cannot be published: " + system_->render(published.error())};
  return std::nullopt;
}

std::optional<start_failure> node::implementation::bind_ports() {
  if (!settings.listen.enabled)
    return std::nullopt;
  caf::scoped_actor self{*system_};
  std::optional<start_failure> failure;
  supervised_actors actors;
  self->request(supervisor_, start_timeout, supervised_query{})
      .receive([&](supervised_actors& found) { actors = std::move(found); },
               [&](const caf::error& error) { failure = {system_->render(error)}; });
  auto where =
      local_ ? net::tcp::endpoint{} : endpoint_of(settings.listen.address, settings.listen.port);
  for (const auto& shard : actors.shards) {
    if (failure)
      break;
    self->request(shard, start_timeout, bind_port{where})
        .receive([&](const port_bound& bound) { where.port(bound.port); },
                 [&](const caf::error& error) {
                   failure = cannot_listen(where, system_->render(error), "--listen",
                                           "listen.address, listen.port");
                 });
  }
  if (!failure) {
    mcp_port = where.port();
    const std::lock_guard guard{mutex_};
    serving_ = where;
  }
  return failure;
}

std::optional<start_failure> node::implementation::open_admin() {
  if (!settings.admin.enabled)
    return std::nullopt;
  const auto where = endpoint_of(settings.admin.address, settings.admin.port);
  try {
    admin_ = std::make_unique<net::admin_server>(
        where, net::admin_server_options{},
        net::admin_content{
            [this] { return metrics.exposition(); }, [this] { return ready_.load(); },
            gate_ ? [this] { return cluster.text(); } : std::function<std::string()>{}});
  } catch (const boost::system::system_error& error) {
    return cannot_listen(where, error.code().message(), "--admin", "admin.address, admin.port");
  }
  admin_port = admin_->endpoint().port();
  return std::nullopt;
}

std::string node::implementation::url() const {
  if (settings.listen.unix_path())
    return settings.listen.address;
  const auto& address = settings.listen.address;
  const bool v6 = address.find(':') != std::string::npos;
  const std::string scheme = settings.tls.context ? "https://" : "http://";
  return scheme + (v6 ? "[" + address + "]" : address) + ":" + std::to_string(mcp_port) +
         settings.connection.endpoint.path;
}

std::optional<start_failure> node::implementation::accept() {
  caf::scoped_actor self{*system_};
  caf::actor first;
  std::optional<start_failure> failure;
  self->request(supervisor_, start_timeout, supervised_query{})
      .receive(
          [&](const supervised_actors& found) {
            for (const auto& shard : found.shards)
              self->send(shard, start_accepting{});
            first = found.shards.front();
          },
          [&](const caf::error& error) { failure = {system_->render(error)}; });
  if (failure)
    return failure;
  {
    const std::lock_guard guard{mutex_};
    if (phase_ != phase::made)
      return start_failure{"the node gave up while it started: " + report_.failure};
    phase_ = phase::serving;
  }
  ready_ = true;
  if (gate_) {
    gate_->serve();
    spdlog::info("cluster {}: node {} number={:08x} on {}:{}, {}", settings.cluster.name,
                 gate_->self().name, gate_->self().number, settings.cluster.address, gate_->port(),
                 settings.cluster.tls_context ? "TLS" : "no TLS");
  }
  if (admin_)
    spdlog::info("metrics and health on http://{}", in_words(admin_->endpoint()));
  if (const auto& tls = settings.tls.context)
    spdlog::info("TLS certificate: {}", tls->about());
  const auto tell = [this](const std::string& where) {
    spdlog::info("listening on {} version={} io_threads={} pool_threads={}", where, build_version(),
                 units_.size(), settings.effective_pool_threads());
  };
  if (stdio_)
    tell("standard input and output");
  if (settings.listen.enabled)
    tell(url());
  if (stdio_)
    caf::anon_send(first, serve_stdio{});
  return std::nullopt;
}

} // namespace troupe
