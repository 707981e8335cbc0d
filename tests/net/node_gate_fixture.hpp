#pragma once

// Gates on loopback, what they told, and strangers that hold one end of the proof (protocol/node_proof.hpp) in their own
// hands. A gate has a thread of its own, so each test waits until it has been told something, with a bound.

#include <sys/socket.h>
#include <sys/time.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include "troupe/net/node_gate.hpp"

namespace troupe::test {

using namespace std::chrono_literals;

/// Whatever is waited for comes within so long, or the test fails.
inline constexpr auto longest_wait = 10s;

/// What a gate told, to be taken in order by the test's thread.
template<class Event>
class told_events {
public:
  void add(Event event) {
    const std::lock_guard guard{mutex_};
    events_.push_back(std::move(event));
    added_.notify_all();
  }
  Event next() {
    std::unique_lock lock{mutex_};
    if (!added_.wait_for(lock, longest_wait, [this] { return !events_.empty(); }))
      throw std::runtime_error{"the gate did not tell in time"};
    auto result = std::move(events_.front());
    events_.pop_front();
    return result;
  }
  std::size_t waiting() {
    const std::lock_guard guard{mutex_};
    return events_.size();
  }

private:
  std::mutex mutex_;
  std::condition_variable added_;
  std::deque<Event> events_;
};

struct refused_event {
  std::string from;
  std::string why;
};
struct not_reached_event : net::node_failure {
  net::node_address where;
};

inline const protocol::cluster_key right_key{"the secret of these tests", "tests"};
inline const boost::asio::ip::address loopback = boost::asio::ip::address_v4::loopback();

/// Options of a gate that listens on a free port of loopback.
inline net::node_gate_options gate_options(protocol::node_number number,
                                           const protocol::cluster_key& key = right_key) {
  return {
      {loopback, 0}, key, {number, "", "127.0.0.1", 0}, "node-" + std::to_string(number), nullptr};
}

/// A gate that runs.
class running_gate {
public:
  explicit running_gate(net::node_gate_options options)
      : gate(std::move(options),
             {[this](net::node_socket one) { passed.add(std::move(one)); },
              [this](const std::string& from, const std::string& why) {
                refused.add({from, why});
              },
              [this](const net::node_address& where, const net::node_failure& failure) {
                not_reached.add({failure, where});
              }}) {
    gate.serve();
  }

  net::node_address address() const { return {"127.0.0.1", gate.port()}; }

  told_events<net::node_socket> passed;
  told_events<refused_event> refused;
  told_events<not_reached_event> not_reached;
  net::node_gate gate; ///< last, so that its thread ends first
};

/// A plain connection.
class stranger {
public:
  using tcp = boost::asio::ip::tcp;

  explicit stranger(const running_gate& to) : socket_(loop_) {
    socket_.connect({loopback, to.gate.port()});
    limit();
  }
  /// One that connected to `acceptor`.
  explicit stranger(tcp::acceptor& acceptor) : socket_(loop_) {
    acceptor.accept(socket_);
    limit();
  }

  void send(std::string_view bytes) {
    boost::system::error_code gone; // the gate may have closed already
    boost::asio::write(socket_, boost::asio::buffer(bytes), gone);
  }
  /// So many bytes, or fewer if the other side closes.
  std::string receive(std::size_t size) {
    std::string result(size, '\0');
    std::size_t have = 0;
    while (have < size) {
      boost::system::error_code error;
      const auto count =
          socket_.read_some(boost::asio::buffer(result.data() + have, size - have), error);
      if (error == boost::asio::error::would_block || error == boost::asio::error::try_again)
        throw std::runtime_error{"the gate sent nothing in time"};
      if (error)
        break;
      have += count;
    }
    result.resize(have);
    return result;
  }
  /// All that still comes; returns when the gate has closed.
  std::string receive_rest() { return receive(1'000'000); }
  void close() { socket_.close(); }

private:
  void limit() {
    const timeval most{std::chrono::seconds{longest_wait}.count(), 0};
    ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
  }

  boost::asio::io_context loop_;
  tcp::socket socket_;
};

/// Goes through the proof with the gate at the other end, for as long as that answers.
inline void prove(protocol::node_proof& own, stranger& over) {
  using state = protocol::node_proof::state;
  std::string held;
  while (true) {
    over.send(own.take_output());
    if (own.now() == state::asking) {
      own.answer(protocol::admission::welcome);
      continue;
    }
    if (own.now() != state::going_on)
      return;
    const auto piece = over.receive(own.wanted());
    if (piece.empty())
      return;
    held += piece;
    own.take(held);
  }
}

} // namespace troupe::test
