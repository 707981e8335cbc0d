#include "troupe/net/listener.hpp"

#include <exception>
#include <functional>
#include <string>
#include <utility>

#include <boost/asio/post.hpp>
#include <caf/sec.hpp>
#include <caf/send.hpp>
#include <caf/system_messages.hpp>

#include "troupe/net/connection.hpp"
#include "troupe/net/io_unit.hpp"
#include "troupe/net/line_port.hpp"
#include "troupe/net/listening_socket.hpp"
#include "troupe/net/message_connection.hpp"
#include "troupe/net/refused_sockets.hpp"
#include "troupe/protocol/encode.hpp"
#include "troupe/protocol/http_response.hpp"

namespace troupe::net {

namespace {

/// Connections taken in a row, before those that exist get their turn.
constexpr int max_accepts = 64;

/// For the last packet of handshakes that have begun when the port is to be closed; above the round trip of a
/// network with a balancer in it. A client that connects meanwhile tries again after a second and is refused.
constexpr std::chrono::milliseconds handshake_grace{5};

bool is_exhaustion(const error_code& error) {
  return error == asio::error::no_descriptors || error == asio::error::no_memory ||
         error == asio::error::no_buffer_space ||
         error == boost::system::errc::too_many_files_open_in_system;
}

/// Waits for connections, takes one where there is a slot for it, and refuses those for which there is
/// none.
class socket_listener : public listener, public std::enable_shared_from_this<socket_listener> {
public:
  socket_listener(connection_context_ptr context, const listener_options& options,
                  const asio::generic::stream_protocol& family, stream_acceptor acceptor)
      : context_(std::move(context)),
        options_(options),
        family_(family),
        acceptor_(std::move(acceptor)),
        pause_(context_->loop()),
        grace_(context_->loop()),
        prune_(context_->loop()) {}

  void start() override {
    if (acceptor_.is_open())
      wait();
  }

  void drain(std::function<void()> then) override {
    if (!acceptor_.is_open() || !begin_no_more(acceptor_)) {
      close_empty();
      then();
      return;
    }
    guarded([this] { take_queue(); });
    grace_.expires_after(handshake_grace);
    grace_.async_wait([this, self = shared_from_this(), then = std::move(then)](error_code error) {
      if (error)
        return;
      close_empty();
      then();
    });
  }

  void stop() override {
    error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
    grace_.cancel();
    prune_.cancel();
    refused_.clear();
  }

protected:
  /// A slot is held, which the connection gives back.
  virtual void serve(stream_socket socket) = 0;
  /// The last and only word to a peer for which there is no slot; empty: none.
  virtual std::string refusal() = 0;
  /// No client shall begin to connect; false if there is no way to say so.
  virtual bool begin_no_more(stream_acceptor& acceptor) = 0;

  connection_context_ptr context_;

private:
  void wait() {
    acceptor_.async_wait(stream_acceptor::wait_read,
                         [this, self = shared_from_this()](error_code e) {
                           if (e || !acceptor_.is_open())
                             return;
                           guarded([this] {
                             io_unit::catch_up();
                             accept_all();
                           });
                         });
  }

  /// What runs here runs in no actor. If it throws, the shard is told to end with its connections and
  /// sessions, as when any actor of the thread's foundation fails; the supervisor decides what follows.
  template<class Step>
  void guarded(Step&& step) {
    try {
      std::forward<Step>(step)();
    } catch (const std::exception& reason) {
      give_up(reason.what());
    } catch (...) {
      give_up("an exception of unknown type");
    }
  }

  void give_up(const char* reason) {
    stop();
    const auto& shard = context_->shard().shard;
    if (shard)
      caf::anon_send(shard,
                     caf::exit_msg{shard.address(),
                                   caf::make_error(caf::sec::runtime_error,
                                                   std::string{"the listener threw: "} + reason)});
  }

  void wait_again_after(std::chrono::milliseconds pause) {
    pause_.expires_after(pause);
    pause_.async_wait([this, self = shared_from_this()](error_code error) {
      if (error || !acceptor_.is_open())
        return;
      guarded([this] {
        io_unit::catch_up();
        accept_all();
      });
    });
  }

  void prune_later() {
    prune_.expires_after(refused_sockets::keep_for);
    prune_.async_wait([this, self = shared_from_this()](error_code error) {
      if (error)
        return;
      guarded([this] {
        refused_.prune(clock::now());
        if (!refused_.empty())
          prune_later();
      });
    });
  }

  quota& limits() { return context_->shard().limits; }

  void close_empty() {
    guarded([this] { take_queue(); });
    stop();
  }

  /// Whoever has connected, and waits for being accepted.
  void take_queue() {
    for (int i = 0; acceptor_.is_open() && i <= options_.backlog; ++i) {
      error_code error;
      auto socket = accept_now(acceptor_, family_, context_->loop(), error);
      if (error)
        return;
      if (limits().try_acquire(limit::connections))
        serve(std::move(socket));
      else
        refuse(std::move(socket));
    }
  }

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
      serve(std::move(socket));
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
            asio::post(self->context_->loop(),
                       [self, acquired] { self->guarded([&] { self->on_slot(acquired); }); });
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
    refuse(std::move(socket));
    wait();
  }

  void refuse(stream_socket socket) {
    context_->observer().connection_refused(accept_refusal::connection_limit);
    if (const auto text = refusal(); !text.empty()) {
      if (refused_.empty())
        prune_later();
      refused_.refuse(std::move(socket), text, clock::now());
    }
  }

  listener_options options_;
  asio::generic::stream_protocol family_;
  stream_acceptor acceptor_;
  steady_timer pause_;
  steady_timer grace_; ///< of a drain
  steady_timer prune_;
  refused_sockets refused_;
  time_point window_start_{};
  std::size_t refused_in_window_ = 0;
};

std::string make_refusal() {
  std::string json;
  protocol::append_error(json, std::nullopt,
                         {protocol::error_code::internal_error,
                          "the server's limit of connections is reached; try again later",
                          nullptr});
  return json;
}

class tcp_listener final : public socket_listener {
public:
  tcp_listener(connection_context_ptr context, const tcp::endpoint& where,
               const listener_options& options, tls_context_ptr tls)
      : tcp_listener(
            context, options,
            open_listening_socket(context->loop(), where, options.backlog, port_sharing::shared)) {
    tls_ = std::move(tls);
  }

  tcp::endpoint endpoint() const override { return endpoint_; }
  void use_tls(tls_context_ptr tls) override { tls_ = std::move(tls); }

  void take(const connection_move& move) override { take_or_send_back(move, context_); }

private:
  tcp_listener(const connection_context_ptr& context, const listener_options& options,
               tcp_acceptor acceptor)
      : tcp_listener(context, options, acceptor.local_endpoint(), acceptor) {}
  tcp_listener(const connection_context_ptr& context, const listener_options& options,
               const tcp::endpoint& where, tcp_acceptor& acceptor)
      : socket_listener(context, options, where.protocol(), std::move(acceptor)),
        endpoint_(where) {}

  void serve(stream_socket socket) override {
    std::unique_ptr<tls_session> tls;
    if (tls_)
      tls = std::make_unique<tls_session>(*tls_, socket.native_handle());
    spawn_connection(context_, byte_stream{std::move(socket), std::move(tls)});
  }

  std::string refusal() override {
    if (tls_)
      return {};
    context_->observer().response_sent(503);
    const auto json = make_refusal();
    protocol::response_fields fields;
    fields.status = 503;
    fields.keep_alive = false;
    fields.date = context_->date();
    fields.retry_after_s = context_->options().retry_after_seconds;
    std::string answer;
    protocol::append_json_response(answer, fields, json);
    return answer;
  }

  bool begin_no_more(stream_acceptor& acceptor) override { return drop_new_handshakes(acceptor); }

  tcp::endpoint endpoint_;
  tls_context_ptr tls_;
};

class local_listener final : public socket_listener {
public:
  local_listener(connection_context_ptr context, const local_socket& socket,
                 const listener_options& options)
      : socket_listener(context, options, local_family,
                        {context->loop(), local_family, socket.duplicate()}) {}

  tcp::endpoint endpoint() const override { return {}; }
  void use_tls(tls_context_ptr) override {} // who may connect is up to the file
  void take(const connection_move& move) override { send_back(move); } // none has a reason to move

private:
  static constexpr int unix_domain = AF_UNIX;
  static inline const asio::generic::stream_protocol local_family{unix_domain, 0};

  void serve(stream_socket socket) override {
    spawn_message_connection(context_, transport_kind::local, [&](message_port::user& user) {
      return make_line_port(user, context_, byte_stream{std::move(socket)},
                            {context_->options().body_timeout, nullptr});
    });
  }

  std::string refusal() override { return make_refusal() + '\n'; }

  /// Who connects is in the queue at once.
  bool begin_no_more(stream_acceptor&) override { return false; }
};

} // namespace

listener_ptr listener::open(connection_context_ptr context, const tcp::endpoint& where,
                            const listener_options& options, tls_context_ptr tls) {
  return std::make_shared<tcp_listener>(std::move(context), where, options, std::move(tls));
}

listener_ptr listener::open(connection_context_ptr context, const local_socket_ptr& socket,
                            const listener_options& options) {
  return std::make_shared<local_listener>(std::move(context), *socket, options);
}

void listener::require_free(const tcp::endpoint& where) {
  if (where.port() == 0)
    return;
  asio::io_context loop{1};
  bind_socket(loop, where, port_sharing::exclusive);
}

} // namespace troupe::net
