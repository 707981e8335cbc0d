#pragma once

// A connection between two nodes until it passes the gate, or fails to: look up, connect or accept, TLS,
// proof. Ends itself when its time is over.

#include <cstddef>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/ip/basic_resolver.hpp>

#include "troupe/net/node_gate_implementation.hpp"

namespace troupe::net {

class node_gate::implementation::attempt : public std::enable_shared_from_this<attempt> {
public:
  using tcp_resolver = asio::ip::basic_resolver<tcp, asio::io_context::executor_type>;

  /// One that came in; or, with `to`, one that is dialled.
  attempt(implementation& gate, std::optional<node_address> to)
      : gate_(gate),
        to_(std::move(to)),
        resolver_(gate.loop_),
        socket_(gate.loop_),
        timer_(gate.loop_) {
    if (!to_)
      ++gate_.strangers_;
  }
  attempt(const attempt&) = delete;
  attempt& operator=(const attempt&) = delete;
  ~attempt() {
    if (to_)
      gate_.dialling_.erase(*to_);
    else
      --gate_.strangers_;
  }

  void start(stream_socket accepted) {
    socket_ = std::move(accepted);
    limit();
    begin();
  }

  void start() {
    limit();
    error_code error;
    const auto numeric = asio::ip::make_address(to_->host, error);
    if (!error) { // the system's resolver would take a thread, and its time when it has no network
      connect({numeric, to_->port});
      return;
    }
    resolver_.async_resolve(to_->host, std::to_string(to_->port),
                            [self = shared_from_this()](error_code failed, const auto& found) {
                              if (failed)
                                self->fail(failed.message());
                              else
                                self->dial_each(found);
                            });
  }

private:
  /// Of one name.
  static constexpr std::size_t max_addresses = 64;
  /// Binds a proof to its TLS connection.
  static constexpr std::string_view binding_label = "EXPORTER-troupe-node-proof";

  void limit() {
    timer_.expires_after(gate_.options_.patience);
    timer_.async_wait([self = weak_from_this()](error_code error) {
      if (const auto one = self.lock(); one && !error)
        one->fail("it took too long");
    });
  }

  /// A name may stand for many nodes: each of its addresses is dialled for itself.
  template<class Found>
  void dial_each(const Found& found) {
    if (std::exchange(over_, true))
      return;
    timer_.cancel();
    std::size_t left = max_addresses;
    for (auto each = found.begin(); each != found.end() && left > 0; ++each, --left)
      gate_.dial({each->endpoint().address().to_string(), each->endpoint().port()});
  }

  void connect(const tcp::endpoint& where) {
    socket_.async_connect(where, [self = shared_from_this()](error_code error) {
      if (!error)
        self->begin();
      else
        self->fail(node_failure{error.message(), 0, error == asio::error::connection_refused});
    });
  }

  void begin() {
    if (over_)
      return;
    error_code error;
    socket_.non_blocking(true, error);
    socket_.set_option(tcp::no_delay{true}, error);
    const auto peer = socket_.remote_endpoint(error);
    if (error) {
      fail(error.message());
      return;
    }
    from_ = address_of(peer);
    if (gate_.options_.tls) {
      using side = tls_session::side;
      tls_ = std::make_unique<tls_session>(*gate_.options_.tls, socket_.native_handle(),
                                           to_ ? side::connecting : side::serving);
      shake_hands();
    } else {
      begin_proof();
    }
  }

  static std::string address_of(const asio::generic::stream_protocol::endpoint& peer) {
    tcp::endpoint where;
    if (peer.size() > where.capacity())
      return {};
    where.resize(peer.size());
    std::memcpy(where.data(), peer.data(), peer.size());
    return where.address().to_string();
  }

  void shake_hands() {
    error_code error;
    tls_->handshake(error);
    if (!error)
      begin_proof();
    else if (is_would_block(error))
      wait(tls_->wants_write(), [](attempt& self) { self.shake_hands(); });
    else
      fail("TLS: " + (error == tls_error::protocol ? tls_->failure() : error.message()));
  }

  void begin_proof() {
    using role = protocol::node_proof::role;
    proof_.emplace(to_ ? role::dialler : role::acceptor, gate_.options_.key, gate_.options_.self,
                   tls_ ? tls_->binding(binding_label) : std::string{});
    go_on();
  }

  /// Writes what there is to write, then reads what is needed next.
  void go_on() {
    if (over_)
      return;
    output_ += proof_->take_output();
    if (!write())
      return;
    switch (proof_->now()) {
    case protocol::node_proof::state::going_on:
      read();
      return;
    case protocol::node_proof::state::asking:
      proof_->answer(gate_.judge(other(), false));
      go_on();
      return;
    case protocol::node_proof::state::done:
      finish();
      return;
    case protocol::node_proof::state::failed:
      fail(proof_->problem());
      return;
    }
  }

  /// False if it must wait.
  bool write() {
    while (!output_.empty()) {
      error_code error;
      const auto bytes = asio::buffer(output_);
      std::size_t done = 0;
      if (tls_) {
        const asio::const_buffer buffer{bytes};
        done = tls_->write({&buffer, 1}, error);
      } else {
        done = socket_.write_some(bytes, error);
      }
      output_.erase(0, done);
      if (is_would_block(error)) {
        wait(true, [](attempt& self) { self.go_on(); });
        return false;
      }
      if (error) {
        fail(error.message());
        return false;
      }
    }
    return true;
  }

  void read() {
    const auto old = input_.size();
    input_.resize(old + proof_->wanted());
    error_code error;
    const auto room = asio::buffer(input_.data() + old, input_.size() - old);
    const auto size = tls_ ? tls_->read(room, error) : socket_.read_some(room, error);
    input_.resize(old + size);
    if (is_would_block(error)) {
      wait(false, [](attempt& self) { self.read(); });
    } else if (error) {
      fail(error == asio::error::eof ? "it closed the connection" : error.message());
    } else {
      proof_->take(input_);
      go_on();
    }
  }

  template<class Next>
  void wait(bool for_write, Next next) {
    socket_.async_wait(for_write ? stream_socket::wait_write : stream_socket::wait_read,
                       [self = shared_from_this(), next](error_code error) {
                         if (self->over_)
                           return;
                         if (error)
                           self->fail(error.message());
                         else
                           next(*self);
                       });
  }

  protocol::node_description other() const {
    auto result = proof_->other();
    if (result.host.empty())
      result.host = from_;
    return result;
  }

  void finish() {
    auto verdict = proof_->verdict();
    // Both may have been let in at once, by different connections.
    if (verdict == protocol::admission::welcome && to_)
      verdict = gate_.judge(other(), true);
    if (verdict != protocol::admission::welcome) {
      fail(node_failure{std::string{protocol::to_string(verdict)}, other().number});
      return;
    }
    over_ = true;
    timer_.cancel();
    gate_.connected_.insert(other().number);
    error_code error;
    const auto handle = socket_.release(error);
    node_socket passed{handle, std::move(tls_), other(), to_};
    if (!error)
      gate_.events_.passed(std::move(passed));
  }

  void fail(std::string why) { fail(node_failure{std::move(why)}); }

  void fail(const node_failure& failure) {
    if (std::exchange(over_, true))
      return;
    const auto self = shared_from_this();
    error_code ignored;
    resolver_.cancel();
    timer_.cancel();
    socket_.close(ignored);
    if (to_)
      gate_.events_.not_reached({to_->host, to_->port}, failure);
    else if (failure.known == 0)
      gate_.events_.refused(from_, failure.why);
  }

  implementation& gate_;
  std::optional<node_address> to_;
  tcp_resolver resolver_;
  stream_socket socket_;
  steady_timer timer_;
  std::unique_ptr<tls_session> tls_;
  std::optional<protocol::node_proof> proof_;
  std::string from_;
  std::string input_;
  std::string output_;
  bool over_ = false;
};

} // namespace troupe::net
