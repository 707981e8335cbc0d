#include "troupe/supervision/signals.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <system_error>

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace troupe::supervision {

namespace {

sigset_t handled_signals() noexcept {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGHUP);
  return set;
}

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

/// Only what is allowed in a signal handler.
extern "C" void exit_at_once(int number) {
  static constexpr char text[] = "troupe: second signal, exiting at once\n";
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text, sizeof text - 1);
  ::_exit(128 + number);
}

} // namespace

void block_signals() {
  const auto set = handled_signals();
  if (::pthread_sigmask(SIG_BLOCK, &set, nullptr) != 0)
    fail("pthread_sigmask");
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  if (::sigaction(SIGPIPE, &ignore, nullptr) != 0)
    fail("sigaction");
}

signals_blocked_here::signals_blocked_here() noexcept {
  const auto set = handled_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, &before_);
}

signals_blocked_here::~signals_blocked_here() {
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

signal_reader::signal_reader() {
  const auto set = handled_signals();
  signals_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (signals_ < 0)
    fail("signalfd");
  wakes_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wakes_ < 0) {
    ::close(signals_);
    fail("eventfd");
  }
}

signal_reader::~signal_reader() {
  ::close(signals_);
  ::close(wakes_);
}

std::optional<int> signal_reader::next() {
  std::array<pollfd, 2> watched{{{signals_, POLLIN, 0}, {wakes_, POLLIN, 0}}};
  for (;;) {
    signalfd_siginfo received{};
    if (::read(signals_, &received, sizeof received) == sizeof received)
      return static_cast<int>(received.ssi_signo);
    std::uint64_t wakes = 0;
    if (::read(wakes_, &wakes, sizeof wakes) == sizeof wakes)
      return std::nullopt;
    if (::poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR)
      fail("poll");
  }
}

void signal_reader::wake() noexcept {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wakes_, &one, sizeof one);
}

void exit_at_next_signal() noexcept {
  struct sigaction at_once {};
  at_once.sa_handler = exit_at_once;
  ::sigaction(SIGTERM, &at_once, nullptr);
  ::sigaction(SIGINT, &at_once, nullptr);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

} // namespace troupe::supervision
