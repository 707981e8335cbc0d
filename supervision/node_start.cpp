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

net::tcp::endpoint endpoint_of(const std::string& address, std::uint16_t port) {
  return {net::asio::ip::make_address(address), port};
}

} // namespace

std::optional<start_failure> node::implementation::start() {
  const signals_blocked_here signals; // threads that start here leave signals to the application
  for (const step next :
       {&implementation::check, &implementation::start_actors, &implementation::publish_handlers,
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
  try {
    net::listener::require_free(endpoint_of(settings.listen.address, settings.listen.port));
  } catch (const boost::system::system_error& error) {
    return cannot_listen(endpoint_of(settings.listen.address, settings.listen.port),
                         error.code().message(), "--listen", "listen.address, listen.port");
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
  caf::scoped_actor self{*system_};
  std::optional<start_failure> failure;
  supervised_actors actors;
  self->request(supervisor_, start_timeout, supervised_query{})
      .receive([&](supervised_actors& found) { actors = std::move(found); },
               [&](const caf::error& error) { failure = {system_->render(error)}; });
  auto where = endpoint_of(settings.listen.address, settings.listen.port);
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
        net::admin_content{[this] { return metrics.exposition(); },
                           [this] { return ready_.load(); }});
  } catch (const boost::system::system_error& error) {
    return cannot_listen(where, error.code().message(), "--admin", "admin.address, admin.port");
  }
  admin_port = admin_->endpoint().port();
  return std::nullopt;
}

std::optional<start_failure> node::implementation::accept() {
  caf::scoped_actor self{*system_};
  std::optional<start_failure> failure;
  self->request(supervisor_, start_timeout, supervised_query{})
      .receive(
          [&](const supervised_actors& found) {
            for (const auto& shard : found.shards)
              self->send(shard, start_accepting{});
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
  if (admin_)
    spdlog::info("metrics and health on http://{}", in_words(admin_->endpoint()));
  spdlog::info("listening on http://{}{} version={} io_threads={} pool_threads={}",
               in_words(endpoint_of(settings.listen.address, mcp_port)),
               settings.connection.endpoint.path, build_version(), units_.size(),
               settings.effective_pool_threads());
  return std::nullopt;
}

} // namespace troupe
