#include "troupe/supervision/node.hpp"

#include <utility>

#include <spdlog/spdlog.h>

#include "troupe/supervision/node_core.hpp"
#include "troupe/supervision/run_loop.hpp"

namespace troupe {

node::node(node_config config)
    : implementation_(std::make_unique<implementation>(std::move(config))) {}

node::~node() = default;

caf::actor_system& node::system() noexcept {
  return implementation_->system();
}

const node_config& node::config() const noexcept {
  return implementation_->settings;
}

handler_set& node::handlers() noexcept {
  return implementation_->handlers;
}

void node::on_client_connected(std::function<void(const client_identity&)> hook) {
  implementation_->hooks.connected = std::move(hook);
}

void node::on_client_initialized(std::function<void(const client_identity&)> hook) {
  implementation_->hooks.initialized = std::move(hook);
}

void node::on_client_disconnected(std::function<void(const client_identity&, session_end)> hook) {
  implementation_->hooks.disconnected = std::move(hook);
}

std::optional<start_failure> node::start() {
  return implementation_->start();
}

std::uint16_t node::mcp_port() const noexcept {
  return implementation_->mcp_port;
}

std::uint16_t node::admin_port() const noexcept {
  return implementation_->admin_port;
}

std::string node::url() const {
  return implementation_->url();
}

std::future<caf::expected<std::uint64_t>> node::update(handler_set changes) {
  return implementation_->update(std::move(changes));
}

supervision::node_figures node::figures() const noexcept {
  return implementation_->metrics.figures();
}

void node::use_keys(std::shared_ptr<const protocol::key_ring> keys) {
  implementation_->use_keys(std::move(keys));
}

void node::use_tls(net::tls_context_ptr tls) {
  implementation_->use_tls(std::move(tls));
}

bool node::wait_until_used() {
  return implementation_->wait_until_used();
}

void node::resource_updated(std::string uri, bool everywhere) {
  implementation_->resource_updated(std::move(uri), everywhere);
}

std::future<caf::expected<notify_status>> node::notify(std::string client, std::string method,
                                                       boost::json::value params) {
  return implementation_->notify({std::move(client), std::move(method), std::move(params)});
}

caf::actor node::supervisor() const {
  return implementation_->supervisor();
}

void node::begin_stop(std::optional<std::chrono::milliseconds> limit) {
  implementation_->begin_stop(limit);
}

void node::on_stopped(std::function<void()> hook) {
  implementation_->set_on_stopped(std::move(hook));
}

stop_report node::wait() {
  return implementation_->wait();
}

stop_report node::stop(std::optional<std::chrono::milliseconds> limit) {
  begin_stop(limit);
  return wait();
}

int node::run() {
  return supervision::run_until_stopped(
      *this, [] { spdlog::info("SIGHUP received: this server has nothing to reload"); });
}

} // namespace troupe
