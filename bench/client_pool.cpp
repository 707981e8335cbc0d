#include "client_pool.hpp"

#include <cerrno>
#include <string>
#include <utility>

#include <sys/epoll.h>

#include "load_program.hpp"

namespace {

using load::fail;
using load::fail_system;

/// Clients being opened at a time: enough to keep the server busy, and far below its limit of
/// sessions that are not initialised yet.
constexpr std::size_t window = 64;
/// The server has nothing to do for so long: then it has come to rest.
constexpr int quiet_ms = 500;
/// A server that says nothing for so long while something is awaited has a fault.
constexpr int longest_silence_ms = 10'000;
constexpr std::chrono::seconds longest_opening{300};
constexpr std::chrono::seconds longest_rest{10};
constexpr std::chrono::seconds longest_end{120};

/// In what epoll tells: not the index of a client, but of a watcher.
constexpr std::uint64_t watcher = std::uint64_t{1} << 32;

} // namespace

client_pool::client_pool(std::uint16_t port, client_kind kind, bool tls)
    : port_(port),
      setup_{kind, "Host: 127.0.0.1:" + std::to_string(port) + "\r\n"},
      epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0)
    fail_system("epoll_create1");
  if (tls) {
    tls_.reset(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_mode(tls_.get(), SSL_MODE_RELEASE_BUFFERS);
  }
}

client_pool::opened client_pool::open_up_to(std::size_t level) {
  const auto begun = clock::now();
  held_.reserve(level);
  while (open_ < level) {
    while (held_.size() < level && held_.size() - open_ < window)
      connect();
    if (open_ < level)
      poll_until(begun + longest_opening, "the server did not open all clients");
  }
  const std::chrono::duration<double> took = clock::now() - begun;
  const auto until = clock::now() + longest_rest;
  bool rest = false;
  while (!rest && clock::now() < until)
    rest = !poll(quiet_ms);
  return {open_, took.count(), rest};
}

client_pool::ended client_pool::await_end() {
  const auto until = clock::now() + longest_end;
  while (open_ > 0 && clock::now() < until)
    poll(1000);
  return ended_;
}

void client_pool::connect() {
  const auto index = static_cast<std::uint32_t>(held_.size());
  auto& made = held_.emplace_back();
  made.socket = load_socket::connect(port_, index);
  if (tls_ && !made.socket.start_tls(tls_.get()))
    fail("a TLS handshake failed");
  add_to_epoll(made.socket.handle(), index);
  if (const auto greeting = made.client.greet(setup_);
      !greeting.empty() && !made.socket.send(greeting))
    fail_system("send");
  if (made.client.open())
    ++open_;
}

bool client_pool::poll(int timeout_ms) {
  std::array<epoll_event, 256> events{};
  const int count =
      ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), timeout_ms);
  if (count < 0 && errno != EINTR)
    fail_system("epoll_wait");
  for (int i = 0; i < count; ++i) {
    const auto which = events[static_cast<std::size_t>(i)].data.u64;
    if (which >= watcher)
      watchers_[which - watcher]();
    else
      read(held_[which]);
  }
  return count > 0;
}

void client_pool::poll_until(clock::time_point until, std::string_view what) {
  if (!poll(longest_silence_ms) || clock::now() > until)
    fail(std::string{what} + "; " + std::to_string(open_) + " clients are open");
}

void client_pool::read(held_client& from) {
  const auto count = from.socket.receive(buffer_.data(), buffer_.size());
  if (count < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (count <= 0) {
    on_close(from, count == 0);
    return;
  }
  const auto size = static_cast<std::size_t>(count);
  bytes_ += size;
  const bool was_open = from.client.open();
  const auto deliveries = from.client.deliveries();
  const auto answer = from.client.receive({buffer_.data(), size}, setup_);
  if (!answer.empty() && !from.socket.send(answer))
    fail_system("send");
  if (from.client.open() && !was_open)
    ++open_;
  if (from.client.deliveries() != deliveries && on_delivery_)
    on_delivery_(from.client.deliveries());
}

void client_pool::on_close(held_client& from, bool orderly) {
  if (!from.client.open())
    fail("the server closed a connection before its client was open");
  --open_;
  ++ended_.count;
  if (orderly && from.client.ended_properly(setup_))
    ++ended_.properly;
  from.socket.close();
}

void client_pool::watch(int descriptor, std::function<void()> on_readable) {
  add_to_epoll(descriptor, watcher + watchers_.size());
  watchers_.push_back(std::move(on_readable));
}

void client_pool::unwatch(int descriptor) const {
  ::epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor, nullptr);
}

void client_pool::add_to_epoll(int descriptor, std::uint64_t data) const {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = data;
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) != 0)
    fail_system("epoll_ctl");
}
