// WebSocket clients that ask as fast as they are answered, each with a session and one request in flight:
//
//   websocket_load PORT CONNECTIONS SECONDS REQUEST_FILE [EXPECTED_FILE]
//
// Prints what wrk's load.lua does. Plain epoll and no code of Troupe.

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "handshake.hpp"
#include "load_poll.hpp"
#include "load_program.hpp"
#include "load_socket.hpp"
#include "websocket_frame.hpp"

namespace {

using clock_type = std::chrono::steady_clock;
using load::fail;

constexpr int longest_silence_ms = 10'000;

enum class stage : std::uint8_t { upgrading, initializing, open };

struct connection {
  load_socket socket;
  stage at = stage::upgrading;
  std::string received; ///< that is not a whole frame yet
  clock_type::time_point sent;
};

class clients {
public:
  explicit clients(std::uint16_t port) : port_(port) {}

  void open(std::size_t count) {
    connections_.reserve(count);
    while (connections_.size() < count)
      connect();
    while (open_ < count) {
      if (!poll(longest_silence_ms))
        fail("the server did not open " + std::to_string(count) + " sessions, only " +
             std::to_string(open_));
    }
  }

  void measure(std::chrono::seconds how_long, std::string request, std::string expected) {
    request_ = websocket::masked(websocket::text, request);
    expected_ = std::move(expected);
    running_ = true;
    const auto begun = clock_type::now();
    for (auto& each : connections_)
      ask(each);
    while (clock_type::now() - begun < how_long)
      if (!poll(longest_silence_ms))
        fail("the server answers no more");
    const auto took = clock_type::now() - begun;
    std::sort(latencies_.begin(), latencies_.end());
    const auto at = [&](double part) {
      return latencies_[static_cast<std::size_t>(part *
                                                 static_cast<double>(latencies_.size() - 1))];
    };
    std::cout << "{\"requests\":" << latencies_.size() << ",\"duration_us\":"
              << std::chrono::duration_cast<std::chrono::microseconds>(took).count()
              << ",\"bytes\":" << bytes_ << ",\"latency_us\":{\"p50\":" << at(0.5)
              << ",\"p90\":" << at(0.9) << ",\"p99\":" << at(0.99) << ",\"max\":" << at(1)
              << "},\"errors\":{}}" << std::endl;
  }

private:
  void connect() {
    const auto index = static_cast<std::uint32_t>(connections_.size());
    connection made;
    made.socket = load_socket::connect(port_, index);
    poll_.add(made.socket, index);
    connections_.push_back(std::move(made));
    write(connections_.back(),
          "GET /mcp HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port_) +
              "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
              "Sec-WebSocket-Key: AAECAwQFBgcICQoLDA0ODw==\r\nSec-WebSocket-Protocol: mcp\r\n\r\n");
  }

  static void write(connection& to, std::string_view bytes) {
    if (!to.socket.send(bytes))
      load::fail_system("send");
  }

  void ask(connection& with) {
    with.sent = clock_type::now();
    write(with, request_);
  }

  bool poll(int timeout_ms) {
    return poll_.wait(timeout_ms, [this](auto index) { read(connections_[index]); });
  }

  void read(connection& from) {
    const auto count = from.socket.receive(buffer_.data(), buffer_.size());
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
      return;
    if (count <= 0)
      fail("the server closed a connection");
    const std::string_view bytes{buffer_.data(), static_cast<std::size_t>(count)};
    bytes_ += running_ ? bytes.size() : 0;
    if (from.received.empty()) {
      from.received = bytes.substr(take(from, bytes));
      return;
    }
    from.received += bytes;
    const auto whole = std::move(from.received);
    from.received = std::string_view{whole}.substr(take(from, whole));
    if (from.received.empty())
      std::string{}.swap(from.received);
  }

  /// Returns how many bytes are done with.
  std::size_t take(connection& from, std::string_view bytes) {
    std::size_t done = 0;
    if (from.at == stage::upgrading) {
      const auto end = bytes.find("\r\n\r\n");
      if (end == bytes.npos)
        return 0;
      if (!bytes.starts_with("HTTP/1.1 101 "))
        fail("no upgrade: " + std::string{bytes.substr(0, 300)});
      from.at = stage::initializing;
      write(from, websocket::masked(websocket::text, handshake::initialize));
      done = end + 4;
    }
    while (const auto next = websocket::find_frame(bytes.substr(done))) {
      done += next->size;
      on_frame(from, *next);
    }
    return done;
  }

  void on_frame(connection& from, const websocket::frame& got) {
    if (got.first == websocket::ping) {
      write(from, websocket::masked(websocket::pong, got.payload));
    } else if (got.first != websocket::text) {
      fail("an unexpected frame");
    } else if (from.at == stage::initializing) {
      if (got.payload.find("\"result\"") == got.payload.npos)
        fail("no session: " + std::string{got.payload.substr(0, 300)});
      write(from, websocket::masked(websocket::text, handshake::initialized));
      from.at = stage::open;
      ++open_;
    } else {
      if (!expected_.empty() && got.payload != expected_)
        fail("a wrong answer: " + std::string{got.payload.substr(0, 300)});
      latencies_.push_back(static_cast<std::uint32_t>(
          std::chrono::duration_cast<std::chrono::microseconds>(clock_type::now() - from.sent)
              .count()));
      ask(from);
    }
  }

  std::uint16_t port_;
  load_poll poll_;
  std::vector<connection> connections_;
  std::array<char, 65536> buffer_{};
  std::string request_;
  std::string expected_;
  std::vector<std::uint32_t> latencies_;
  std::uint64_t bytes_ = 0;
  std::size_t open_ = 0;
  bool running_ = false;
};

} // namespace

int main(int argc, char** argv) {
  if (argc != 5 && argc != 6) {
    std::cerr << "usage: websocket_load PORT CONNECTIONS SECONDS REQUEST_FILE [EXPECTED_FILE]\n";
    return 2;
  }
  clients all{load::number<std::uint16_t>(argv[1])};
  all.open(load::number<std::size_t>(argv[2]));
  all.measure(std::chrono::seconds{load::number<int>(argv[3])}, load::content(argv[4]),
              argc == 6 ? load::content(argv[5]) : std::string{});
}
