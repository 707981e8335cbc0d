// Opens many legacy sessions, each with an open GET stream on its one connection, and holds them
// while the server's memory is read: what does an idle session cost? lab/memory.py starts it.
//
//   idle_sessions PORT SERVER_PID LEVEL[,LEVEL...]
//
// One line of JSON for each level: {"sessions":..., "rss_bytes":..., "seconds":...}. Then it holds
// them until the server closes them all (or standard input ends) and says how they ended:
// {"ended":..., "properly":...}; properly is a stream with its last chunk before the close.
// Plain epoll and no code of Troupe. Everything has a deadline.

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using clock_type = std::chrono::steady_clock;

/// Sessions being opened at a time: enough to keep the server busy, and far below its limit of
/// sessions that are not initialised yet.
constexpr std::size_t window = 64;
/// Source addresses, because one address has less than 30,000 ports.
constexpr std::uint32_t sources = 8;
/// The server has nothing to do for so long: then its memory is read.
constexpr int quiet_ms = 500;
/// A server that says nothing for so long while sessions are being opened has a fault.
constexpr int longest_silence_ms = 10'000;
constexpr std::chrono::seconds longest_opening{120};
constexpr std::chrono::seconds longest_hold{120};

[[noreturn]] void fail(const std::string& what) {
  std::cerr << "idle_sessions: " << what << '\n';
  std::exit(1);
}

[[noreturn]] void fail_system(const std::string& what) {
  fail(what + ": " + std::strerror(errno));
}

enum class stage : std::uint8_t { initializing, notifying, opening, open, closed };

struct connection {
  int socket = -1;
  stage at = stage::initializing;
  std::string received; ///< of the answer that is awaited
  std::array<char, 5> tail{};
};

struct answer {
  std::string_view head;
  std::string_view body;
};

/// The value of a header; `name` in lower case.
std::string_view header(std::string_view head, std::string_view name) {
  for (auto at = head.find("\r\n"); at != head.npos; at = head.find("\r\n", at + 2)) {
    const auto line = head.substr(at + 2, head.find("\r\n", at + 2) - at - 2);
    const auto colon = line.find(':');
    if (colon != name.size())
      continue;
    const bool same = std::equal(name.begin(), name.end(), line.begin(), [](char a, char b) {
      return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b + 32) : b);
    });
    if (same)
      return line.substr(std::min(line.find_first_not_of(' ', colon + 1), line.size()));
  }
  return {};
}

/// The answer, once it is complete.
std::optional<answer> find_answer(std::string_view received) {
  const auto end = received.find("\r\n\r\n");
  if (end == received.npos)
    return std::nullopt;
  const auto head = received.substr(0, end + 2);
  std::size_t length = 0;
  const auto text = header(head, "content-length");
  std::from_chars(text.data(), text.data() + text.size(), length);
  const auto body = received.substr(end + 4);
  if (body.size() < length)
    return std::nullopt;
  return answer{head, body.substr(0, length)};
}

class load {
public:
  load(std::uint16_t port, long server) : port_(port), server_(server) {
    epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    if (epoll_ < 0)
      fail_system("epoll_create1");
    host_ = "Host: 127.0.0.1:" + std::to_string(port) + "\r\n";
  }

  void open_up_to(std::size_t level) {
    const auto begun = clock_type::now();
    connections_.reserve(level);
    while (open_ < level) {
      while (connections_.size() < level && connections_.size() - open_ < window)
        connect();
      if (!poll(longest_silence_ms) || clock_type::now() - begun > longest_opening)
        fail("the server did not open " + std::to_string(level) + " sessions; " +
             std::to_string(open_) + " are open");
    }
    while (poll(quiet_ms)) {
      if (clock_type::now() - begun > longest_opening)
        fail("the server does not come to rest");
    }
    const std::chrono::duration<double> took = clock_type::now() - begun;
    std::cout << "{\"sessions\":" << open_ << ",\"rss_bytes\":" << server_rss()
              << ",\"seconds\":" << took.count() << '}' << std::endl;
  }

  void hold() {
    watch_input();
    const auto until = clock_type::now() + longest_hold;
    while (open_ > 0 && !input_ended_ && clock_type::now() < until)
      poll(1000);
    std::cout << "{\"ended\":" << ended_ << ",\"properly\":" << properly_ << '}' << std::endl;
  }

private:
  void connect() {
    const auto index = static_cast<std::uint32_t>(connections_.size());
    connection made;
    made.socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (made.socket < 0)
      fail_system("socket");
    const int on = 1;
    ::setsockopt(made.socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    ::setsockopt(made.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    bind_to(made.socket, INADDR_LOOPBACK + 1 + index % sources);
    sockaddr_in server{};
    server.sin_family = AF_INET;
    server.sin_port = htons(port_);
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    // Blocking: on loopback this is done when the other side has room in its backlog.
    if (::connect(made.socket, as_address(server), sizeof server) != 0)
      fail_system("connect");
    watch(made.socket, index);
    connections_.push_back(std::move(made));
    post(connections_.back(), "",
         R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{)"
         R"("protocolVersion":"2025-11-25","capabilities":{},)"
         R"("clientInfo":{"name":"bench","version":"1"}}})");
  }

  static const sockaddr* as_address(const sockaddr_in& address) {
    return static_cast<const sockaddr*>(static_cast<const void*>(&address));
  }

  static void bind_to(int socket, std::uint32_t address) {
    sockaddr_in source{};
    source.sin_family = AF_INET;
    source.sin_addr.s_addr = htonl(address);
    if (::bind(socket, as_address(source), sizeof source) != 0)
      fail_system("bind");
  }

  void watch(int descriptor, std::uint64_t data) const {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = data;
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) != 0)
      fail_system("epoll_ctl");
  }

  void watch_input() {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = input;
    // A file cannot be watched, and does not end either.
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, STDIN_FILENO, &event);
  }

  void post(connection& to, std::string_view session, std::string_view body) {
    std::string request = "POST /mcp HTTP/1.1\r\n" + host_;
    request += "Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n";
    request += session;
    request += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    request += body;
    write(to, request);
  }

  void write(connection& to, std::string_view bytes) {
    to.received.clear();
    if (::send(to.socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(bytes.size()))
      fail_system("send");
  }

  /// False if nothing happened for `timeout_ms`.
  bool poll(int timeout_ms) {
    std::array<epoll_event, 256> events;
    const int count =
        ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), timeout_ms);
    if (count < 0 && errno != EINTR)
      fail_system("epoll_wait");
    for (int i = 0; i < count; ++i) {
      const auto which = events[static_cast<std::size_t>(i)].data.u64;
      if (which == input)
        read_input();
      else
        read(connections_[which]);
    }
    return count > 0;
  }

  void read_input() {
    std::array<char, 256> ignored;
    if (::read(STDIN_FILENO, ignored.data(), ignored.size()) <= 0)
      input_ended_ = true;
  }

  void read(connection& from) {
    const auto count = ::recv(from.socket, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
      return;
    if (count <= 0) {
      on_close(from);
      return;
    }
    const std::string_view bytes{buffer_.data(), static_cast<std::size_t>(count)};
    if (from.at == stage::open) {
      keep_tail(from, bytes);
      return;
    }
    from.received += bytes;
    if (const auto complete = find_answer(from.received))
      on_answer(from, *complete);
  }

  static void keep_tail(connection& from, std::string_view bytes) {
    for (const char byte : bytes.substr(bytes.size() - std::min(bytes.size(), from.tail.size()))) {
      std::rotate(from.tail.begin(), from.tail.begin() + 1, from.tail.end());
      from.tail.back() = byte;
    }
  }

  void on_answer(connection& from, const answer& got) {
    static constexpr std::array<std::string_view, 3> expected{"200", "202", "200"};
    const auto status = got.head.substr(got.head.find(' ') + 1, 3);
    if (status != expected[static_cast<std::size_t>(from.at)])
      fail("unexpected answer: " + from.received.substr(0, 500));
    switch (from.at) {
    case stage::initializing: {
      const auto id = header(got.head, "mcp-session-id");
      if (id.empty() || got.body.find("\"result\"") == got.body.npos)
        fail("initialize was answered without a session: " + from.received.substr(0, 500));
      session_ = "Mcp-Session-Id: " + std::string{id} + "\r\nMCP-Protocol-Version: 2025-11-25\r\n";
      from.at = stage::notifying;
      // The stream is asked for right behind it, by a pipelined request.
      post(from, session_, R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
      write(from,
            "GET /mcp HTTP/1.1\r\n" + host_ + "Accept: text/event-stream\r\n" + session_ + "\r\n");
      break;
    }
    case stage::notifying: {
      from.at = stage::opening;
      from.received.erase(0, from.received.find("\r\n\r\n") + 4);
      if (const auto next = find_answer(from.received))
        on_answer(from, *next);
      break;
    }
    case stage::opening:
      if (header(got.head, "content-type") != "text/event-stream")
        fail("the stream was not opened: " + from.received.substr(0, 500));
      keep_tail(from, from.received);
      std::string{}.swap(from.received);
      from.at = stage::open;
      ++open_;
      break;
    case stage::open:
    case stage::closed:
      break;
    }
  }

  void on_close(connection& from) {
    if (from.at != stage::open)
      fail("the server closed a connection before its stream was open: " + from.received);
    from.at = stage::closed;
    --open_;
    ++ended_;
    if (std::string_view{from.tail.data(), from.tail.size()} == "0\r\n\r\n")
      ++properly_;
    ::close(from.socket);
  }

  std::uint64_t server_rss() const {
    std::ifstream rollup{"/proc/" + std::to_string(server_) + "/smaps_rollup"};
    for (std::string word; rollup >> word;) {
      std::uint64_t kib = 0;
      if (word == "Rss:" && rollup >> kib)
        return kib * 1024;
    }
    fail("cannot read the memory of process " + std::to_string(server_));
  }

  static constexpr std::uint64_t input = ~std::uint64_t{0};

  std::uint16_t port_;
  long server_;
  int epoll_ = -1;
  std::string host_;
  std::string session_;
  std::vector<connection> connections_;
  std::array<char, 65536> buffer_;
  std::size_t open_ = 0;
  std::size_t ended_ = 0;
  std::size_t properly_ = 0;
  bool input_ended_ = false;
};

template<class Number>
Number number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size())
    fail("this is no number: " + std::string{text});
  return value;
}

void raise_descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: idle_sessions PORT SERVER_PID LEVEL[,LEVEL...]\n";
    return 2;
  }
  raise_descriptor_limit();
  load sessions{number<std::uint16_t>(argv[1]), number<long>(argv[2])};
  for (std::string_view levels = argv[3]; !levels.empty();) {
    const auto comma = std::min(levels.find(','), levels.size());
    sessions.open_up_to(number<std::size_t>(levels.substr(0, comma)));
    levels.remove_prefix(std::min(comma + 1, levels.size()));
  }
  sessions.hold();
}
