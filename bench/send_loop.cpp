// What fan-out costs without a server: each time somebody sends something, a frame goes to all others, one
// send() each. The limit of what a server can do on this machine; lab/fan_out.py compares.
//
//   send_loop FRAME_BYTES
//
// Says "listening on 127.0.0.1:PORT" on standard error, and answers who sent once all have been told.
// Plain epoll and no code of Troupe.

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "load_program.hpp"

namespace {

using load::fail_system;

constexpr std::string_view answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
/// By which a client of idle_clients knows a delivery.
constexpr std::string_view mark = R"(updated")";

class send_loop {
public:
  explicit send_loop(std::size_t frame_bytes)
      : frame_(std::max(frame_bytes, mark.size()), '.'), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    std::copy(mark.begin(), mark.end(), frame_.begin());
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const any = static_cast<sockaddr*>(static_cast<void*>(&address));
    socklen_t size = sizeof address;
    if (listener_ < 0 || ::bind(listener_, any, size) != 0 || ::listen(listener_, 4096) != 0 ||
        ::getsockname(listener_, any, &size) != 0)
      fail_system("listen");
    watch(listener_);
    std::cerr << "listening on 127.0.0.1:" << ntohs(address.sin_port) << std::endl;
  }

  [[noreturn]] void run() {
    std::array<epoll_event, 256> events{};
    while (true) {
      const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      if (count < 0 && errno != EINTR)
        fail_system("epoll_wait");
      for (int i = 0; i < count; ++i) {
        const int socket = events[static_cast<std::size_t>(i)].data.fd;
        if (socket == listener_)
          accept_all();
        else
          read(socket);
      }
    }
  }

private:
  void accept_all() {
    while (true) {
      const int made = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
      if (made < 0 && (errno == EAGAIN || errno == EINTR))
        return;
      if (made < 0)
        fail_system("accept4");
      const int on = 1;
      ::setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      watch(made);
      receivers_.push_back(made);
    }
  }

  void read(int socket) {
    const auto count = ::recv(socket, buffer_.data(), buffer_.size(), 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
      return;
    if (sender_ != socket)
      std::erase(receivers_, socket);
    if (count <= 0) {
      ::close(socket);
      return;
    }
    sender_ = socket;
    for (const int receiver : receivers_)
      send(receiver, frame_);
    send(sender_, answer);
  }

  static void send(int to, std::string_view bytes) {
    if (::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size()))
      fail_system("send");
  }

  void watch(int socket) const {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = socket;
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event) != 0)
      fail_system("epoll_ctl");
  }

  std::string frame_;
  int epoll_;
  int listener_ = -1;
  int sender_ = -1;
  std::vector<int> receivers_;
  std::array<char, 4096> buffer_{};
};

} // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: send_loop FRAME_BYTES\n";
    return 2;
  }
  load::raise_descriptor_limit();
  send_loop{load::number<std::size_t>(argv[1])}.run();
}
