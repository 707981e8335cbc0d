// Sessions that are opened, used once and ended, over and over: initialize, notifications/initialized, one
// tools/call, DELETE. Each connection does so as fast as it is answered. lab/churn.py starts it.
//
//   session_churn PORT CONNECTIONS LIFECYCLES SECONDS
//
// Ends after so many lifecycles or so many seconds, whichever comes first; a lifecycle that has begun is
// ended. Each answer is checked. Prints what wrk's load.lua does, of lifecycles. Plain epoll and no code of Troupe.

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "handshake.hpp"
#include "http_answer.hpp"
#include "latency_histogram.hpp"
#include "load_poll.hpp"
#include "load_program.hpp"
#include "load_socket.hpp"

namespace {

using clock_type = std::chrono::steady_clock;
using load::fail;

constexpr int longest_silence_ms = 10'000;

constexpr std::string_view call =
    R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo",)"
    R"("arguments":{"message":"Hello from the bench!"}}})";
constexpr std::string_view echoed = R"("text":"Hello from the bench!")";

enum class stage : std::uint8_t { initializing, notifying, calling, deleting, resting };

struct connection {
  load_socket socket;
  stage at = stage::resting;
  std::string received; ///< of an answer that is not complete
  std::string session;  ///< the headers that name it
  clock_type::time_point begun;
};

class session_churn {
public:
  session_churn(std::uint16_t port, std::size_t connections, std::uint64_t lifecycles)
      : host_("Host: 127.0.0.1:" + std::to_string(port) + "\r\n"),
        connections_(connections),
        left_(lifecycles) {
    for (std::uint32_t i = 0; i < connections; ++i) {
      connections_[i].socket = load_socket::connect(port, i);
      poll_.add(connections_[i].socket, i);
    }
  }

  void run(std::chrono::seconds how_long) {
    const auto begun = clock_type::now();
    until_ = begun + how_long;
    for (auto& each : connections_)
      begin(each);
    while (active_ > 0)
      poll();
    const std::chrono::duration<double, std::micro> took = clock_type::now() - begun;
    const auto us = [this](double part) { return latencies_.percentile(part) / 1000; };
    std::cout << "{\"requests\":" << latencies_.count()
              << ",\"duration_us\":" << static_cast<std::uint64_t>(took.count())
              << ",\"latency_us\":{\"p50\":" << us(0.5) << ",\"p99\":" << us(0.99)
              << ",\"p99.9\":" << us(0.999) << ",\"max\":" << us(1) << "}}" << std::endl;
  }

private:
  void begin(connection& with) {
    if (left_ == 0 || clock_type::now() >= until_)
      return;
    --left_;
    ++active_;
    with.at = stage::initializing;
    with.begun = clock_type::now();
    post(with, {}, handshake::initialize);
  }

  void post(connection& to, std::string_view headers, std::string_view body) {
    request_ = "POST /mcp HTTP/1.1\r\n";
    request_ += host_;
    request_ += "Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n";
    request_ += headers;
    request_ += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    request_ += body;
    write(to);
  }

  void write(connection& to) {
    if (!to.socket.send(request_))
      load::fail_system("send");
  }

  void poll() {
    if (!poll_.wait(longest_silence_ms, [this](auto index) { read(connections_[index]); }))
      fail("the server answers no more");
  }

  void read(connection& from) {
    const auto count = from.socket.receive(buffer_.data(), buffer_.size());
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
      return;
    if (count <= 0)
      fail("the server closed a connection");
    from.received.append(buffer_.data(), static_cast<std::size_t>(count));
    const auto got = find_answer(from.received);
    if (!got)
      return;
    if (got->size != from.received.size())
      fail("more than one answer: " + from.received.substr(0, 500));
    on_answer(from, *got);
  }

  void on_answer(connection& from, const http_answer& got) {
    switch (from.at) {
    case stage::initializing:
      expect(got, "200", R"("protocolVersion")");
      from.session = "Mcp-Session-Id: ";
      from.session += got.header("mcp-session-id");
      from.session += "\r\nMCP-Protocol-Version: 2025-11-25\r\n";
      from.at = stage::notifying;
      post(from, from.session, handshake::initialized);
      break;
    case stage::notifying:
      expect(got, "202", "");
      from.at = stage::calling;
      post(from, from.session, call);
      break;
    case stage::calling:
      expect(got, "200", echoed);
      from.at = stage::deleting;
      request_ = "DELETE /mcp HTTP/1.1\r\n" + host_ + from.session + "\r\n";
      write(from);
      break;
    case stage::deleting:
      expect(got, "204", "");
      from.at = stage::resting;
      latencies_.add(static_cast<std::uint64_t>(
          std::chrono::nanoseconds{clock_type::now() - from.begun}.count()));
      --active_;
      begin(from);
      break;
    case stage::resting:
      fail("an answer that nobody asked for");
    }
    from.received.clear();
  }

  static void expect(const http_answer& got, std::string_view status, std::string_view in_body) {
    if (got.status() != status || got.body.find(in_body) == got.body.npos)
      fail("a wrong answer: " + std::string{got.head} + std::string{got.body});
  }

  load_poll poll_;
  std::string host_;
  std::vector<connection> connections_;
  std::string request_;
  std::array<char, 65536> buffer_{};
  clock_type::time_point until_;
  std::uint64_t left_;
  latency_histogram latencies_;
  std::size_t active_ = 0;
};

} // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::cerr << "usage: session_churn PORT CONNECTIONS LIFECYCLES SECONDS\n";
    return 2;
  }
  session_churn{load::number<std::uint16_t>(argv[1]), load::number<std::size_t>(argv[2]),
                load::number<std::uint64_t>(argv[3])}
      .run(std::chrono::seconds{load::number<int>(argv[4])});
}
