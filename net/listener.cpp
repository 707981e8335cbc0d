#include "troupe/net/listener.hpp"

#include <string>
#include <utility>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/post.hpp>

#include "troupe/net/connection.hpp"
#include "troupe/net/io_unit.hpp"
#include "troupe/net/listening_socket.hpp"
#include "troupe/net/refused_sockets.hpp"
#include "troupe/protocol/encode.hpp"
#include "troupe/protocol/http_response.hpp"

namespace troupe::net {

namespace {

/// Connections taken in a row, before those that exist get their turn.
constexpr int max_accepts = 64;

bool is_exhaustion(const error_code& error) {
  return error == asio::error::no_descriptors || error == asio::error::no_memory ||
         error == asio::error::no_buffer_space ||
         error == boost::system::errc::too_many_files_open_in_system;
}

bool is_would_block(const error_code& error) {
  return error == asio::error::would_block || error == asio::error::try_again;
}

class tcp_listener final : public listener, public std::enable_shared_from_this<tcp_listener> {
public:
  tcp_listener(connection_context_ptr context, const tcp::endpoint& where,
               const listener_options& options)
      : context_(std::move(context)),
        options_(options),
        family_(where.protocol()),
        acceptor_(
            open_listening_socket(context_->loop(), where, options.backlog, port_sharing::shared)),
        pause_(context_->loop()),
        prune_(context_->loop()) {}

  tcp::endpoint endpoint() const override { return acceptor_.local_endpoint(); }

  void start() override {
    if (acceptor_.is_open())
      wait();
  }

  void stop() override {
    error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
    prune_.cancel();
    refused_.clear();
  }

private:
  using steady_timer =
      asio::basic_waitable_timer<clock, asio::wait_traits<clock>, asio::io_context::executor_type>;

  void wait() {
    acceptor_.async_wait(tcp_acceptor::wait_read, [this, self = shared_from_this()](error_code e) {
      if (e || !acceptor_.is_open())
        return;
      io_unit::catch_up();
      accept_all();
    });
  }

  void wait_again_after(std::chrono::milliseconds pause) {
    pause_.expires_after(pause);
    pause_.async_wait([this, self = shared_from_this()](error_code error) {
      if (error || !acceptor_.is_open())
        return;
      io_unit::catch_up();
      accept_all();
    });
  }

  void prune_later() {
    prune_.expires_after(refused_sockets::keep_for);
    prune_.async_wait([this, self = shared_from_this()](error_code error) {
      if (error)
        return;
      refused_.prune(clock::now());
      if (!refused_.empty())
        prune_later();
    });
  }

  quota& limits() { return context_->shard().limits; }

  void accept_all() {
    for (int i = 0; i < max_accepts; ++i) {
      if (!limits().try_acquire(limit::connections)) {
        ask_for_slot();
        return;
      }
      if (!accept_one())
        return;
    }
    wait();
  }

  /// A slot is held. False if that was the last for now, and something is being waited for.
  bool accept_one() {
    error_code error;
    auto socket = accept_now(acceptor_, family_, context_->loop(), error);
    if (!error) {
      spawn_connection(context_, std::move(socket));
      return true;
    }
    limits().release(limit::connections);
    return on_accept_error(error);
  }

  bool on_accept_error(const error_code& error) {
    if (is_would_block(error)) {
      wait();
      return false;
    }
    if (is_exhaustion(error)) {
      context_->observer().connection_refused(accept_refusal::descriptors);
      wait_again_after(options_.accept_pause);
      return false;
    }
    if (error != asio::error::connection_aborted)
      context_->observer().connection_refused(accept_refusal::accept_failed);
    return true;
  }

  // The answer may come from within another actor, so it only says how to go on.
  void ask_for_slot() {
    limits().acquire(
        limit::connections,
        [weak = weak_from_this(), shard = std::weak_ptr{context_->shard_ptr()}](bool acquired) {
          if (const auto self = weak.lock(); self && self->acceptor_.is_open())
            asio::post(self->context_->loop(), [self, acquired] { self->on_slot(acquired); });
          else if (const auto owner = shard.lock(); owner && acquired)
            owner->limits.release(limit::connections);
        });
  }

  void on_slot(bool acquired) {
    if (!acceptor_.is_open()) {
      if (acquired)
        limits().release(limit::connections);
    } else if (acquired) {
      if (accept_one())
        accept_all();
    } else {
      refuse_one();
    }
  }

  void refuse_one() {
    const auto now = clock::now();
    if (now - window_start_ >= std::chrono::seconds{1}) {
      window_start_ = now;
      refused_in_window_ = 0;
    }
    if (refused_in_window_ >= options_.max_refusals_per_second) {
      wait_again_after(options_.accept_pause);
      return;
    }
    error_code error;
    auto socket = accept_now(acceptor_, family_, context_->loop(), error);
    if (error) {
      if (on_accept_error(error))
        wait();
      return;
    }
    ++refused_in_window_;
    if (refused_.empty())
      prune_later();
    refused_.refuse(std::move(socket), refusal(), now);
    context_->observer().connection_refused(accept_refusal::connection_limit);
    context_->observer().response_sent(503);
    wait();
  }

  std::string refusal() {
    std::string json;
    protocol::append_error(json, std::nullopt,
                           {protocol::error_code::internal_error,
                            "the server's limit of connections is reached; try again later",
                            nullptr});
    protocol::response_fields fields;
    fields.status = 503;
    fields.keep_alive = false;
    fields.date = context_->date();
    fields.retry_after_s = context_->options().retry_after_seconds;
    std::string answer;
    protocol::append_json_response(answer, fields, json);
    return answer;
  }

  connection_context_ptr context_;
  listener_options options_;
  tcp family_;
  tcp_acceptor acceptor_;
  steady_timer pause_;
  steady_timer prune_;
  refused_sockets refused_;
  time_point window_start_{};
  std::size_t refused_in_window_ = 0;
};

} // namespace

listener_ptr listener::open(connection_context_ptr context, const tcp::endpoint& where,
                            const listener_options& options) {
  return std::make_shared<tcp_listener>(std::move(context), where, options);
}

void listener::require_free(const tcp::endpoint& where) {
  if (where.port() == 0)
    return;
  asio::io_context loop{1};
  open_listening_socket(loop, where, 1, port_sharing::exclusive);
}

} // namespace troupe::net
