#pragma once

// Which of a load program's connections have something to read.

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>

#include <sys/epoll.h>
#include <unistd.h>

#include "load_program.hpp"
#include "load_socket.hpp"

class load_poll {
public:
  load_poll() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (epoll_ < 0)
      load::fail_system("epoll_create1");
  }
  load_poll(const load_poll&) = delete;
  load_poll& operator=(const load_poll&) = delete;
  ~load_poll() { ::close(epoll_); }

  /// `index` is what wait() calls it by.
  void add(const load_socket& socket, std::uint32_t index) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u32 = index;
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket.handle(), &event) != 0)
      load::fail_system("epoll_ctl");
  }

  /// Calls `read(index)` for each that is readable. Returns whether there was one, or a signal, within
  /// the time.
  template<class Read>
  bool wait(int timeout_ms, Read read) {
    const int count =
        ::epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()), timeout_ms);
    if (count < 0 && errno != EINTR)
      load::fail_system("epoll_wait");
    for (int i = 0; i < count; ++i)
      read(events_[static_cast<std::size_t>(i)].data.u32);
    return count != 0;
  }

private:
  int epoll_;
  std::array<epoll_event, 256> events_{};
};
