#pragma once

// The gate's inside, in two parts: here what all of its connections share, in node_gate_attempt.hpp one
// connection until it passes.

#include <pthread.h>

#include <set>
#include <string>
#include <thread>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include "troupe/net/accept_loop.hpp"
#include "troupe/net/node_gate.hpp"

namespace troupe::net {

/// Everything below runs on the gate's thread, except where it says otherwise.
class node_gate::implementation {
public:
  implementation(node_gate_options options, node_gate_events events)
      : options_(std::move(options)),
        events_(std::move(events)),
        accept_loop_(loop_, options_.listen, backlog),
        work_(loop_.get_executor()),
        port_(accept_loop_.endpoint().port()) {
    if (options_.self.port == 0)
      options_.self.port = port_;
    options_.self.name = options_.name.empty()
                             ? options_.listen.address().to_string() + ":" + std::to_string(port_)
                             : options_.name;
  }

  void serve() {
    asio::post(loop_, [this] {
      accept_loop_.start([this](stream_socket socket) { welcome(std::move(socket)); });
    });
    thread_ = std::thread{[this] {
      pthread_setname_np(pthread_self(), "node-gate");
      loop_.run();
    }};
  }
  void stop() {
    loop_.stop();
    if (thread_.joinable())
      thread_.join();
  }

  std::uint16_t port() const noexcept { return port_; }
  const protocol::node_description& self() const noexcept { return options_.self; }
  asio::io_context& loop() noexcept { return loop_; }

  void dial(node_address where);
  void forget(protocol::node_number node) { connected_.erase(node); }
  void close() { closed_ = true; }

private:
  class attempt;
  friend class attempt;
  static constexpr int backlog = 128;

  void welcome(stream_socket stranger);
  protocol::admission judge(const protocol::node_description& other, bool dialled) const;

  node_gate_options options_;
  node_gate_events events_;
  std::size_t strangers_ = 0;
  std::set<node_address> dialling_;
  std::set<protocol::node_number> connected_; ///< who has passed and is not forgotten
  bool closed_ = false;
  asio::io_context loop_{1};
  accept_loop accept_loop_;
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::uint16_t port_;
  std::thread thread_;
};

} // namespace troupe::net
