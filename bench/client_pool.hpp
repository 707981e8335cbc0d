#pragma once

// Many idle clients of one server, and the epoll loop that serves them. Everything has a deadline; whatever
// is not as it should be ends the program.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "idle_client.hpp"
#include "load_socket.hpp"

class client_pool {
public:
  using clock = std::chrono::steady_clock;

  client_pool(std::uint16_t port, client_kind kind, bool tls);

  struct opened {
    std::size_t count;
    double seconds;
    bool rest; ///< nothing happens any more
  };
  /// Opens clients until there are `level`, then waits until nothing happens any more.
  opened open_up_to(std::size_t level);

  struct ended {
    std::size_t count;
    std::size_t properly; ///< see idle_client::ended_properly
  };
  /// Waits until the server has closed all.
  ended await_end();

  /// Reads what has come, waiting for it; false if nothing did within `timeout_ms` (-1: no limit).
  bool poll(int timeout_ms);
  /// The same, but fails with `what` if nothing comes for long, or the time is `until`.
  void poll_until(clock::time_point until, std::string_view what);

  /// Calls `on_readable` when something can be read there.
  void watch(int descriptor, std::function<void()> on_readable);
  void unwatch(int descriptor) const;

  /// Called when a client has been told that its resource changed, with how often it has been now.
  void on_delivery(std::function<void(std::uint32_t)> hook) { on_delivery_ = std::move(hook); }

  std::uint16_t port() const { return port_; }
  const client_setup& setup() const { return setup_; }
  std::size_t open() const { return open_; }
  /// All that clients have received.
  std::uint64_t bytes() const { return bytes_; }

private:
  struct held_client {
    load_socket socket;
    idle_client client;
  };

  struct context_deleter {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };

  void connect();
  void read(held_client& from);
  void on_close(held_client& from, bool orderly);
  void add_to_epoll(int descriptor, std::uint64_t data) const;

  std::uint16_t port_;
  client_setup setup_;
  std::unique_ptr<SSL_CTX, context_deleter> tls_;
  int epoll_;
  std::vector<std::function<void()>> watchers_; ///< of other descriptors
  std::function<void(std::uint32_t)> on_delivery_;
  std::vector<held_client> held_;
  std::size_t open_ = 0;
  ended ended_{};
  std::uint64_t bytes_ = 0;
  std::array<char, 65536> buffer_{};
};
