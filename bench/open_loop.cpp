// Requests at fixed times, whether the server keeps up or not, as many clients that know nothing of each
// other would send them. A latency begins when its request was due, so that what waits behind a
// slow answer counts too: no coordinated omission. lab/latency.py starts it.
//
//   open_loop PORT RATE SECONDS CONNECTIONS REQUEST_FILE EXPECTED_BODY_FILE
//
// The file has a whole HTTP request. A request that is due takes the connection that has been idle for
// longest; without one it waits. Each answer is compared. The program never sleeps, so that its own
// waking is in no latency: give it a core. Plain epoll and no code of Troupe.

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <deque>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "http_answer.hpp"
#include "latency_histogram.hpp"
#include "load_poll.hpp"
#include "load_program.hpp"
#include "load_socket.hpp"

namespace {

using clock_type = std::chrono::steady_clock;
using load::fail;
using std::chrono::nanoseconds;

/// After the last request was due, all answers must come within so long.
constexpr std::chrono::seconds longest_wait{10};
constexpr std::uint64_t most_requests = 100'000'000;

struct connection {
  load_socket socket;
  clock_type::time_point due; ///< of the request in flight
  std::string received;       ///< of an answer that is not complete
  bool busy = false;
};

class open_loop {
public:
  open_loop(std::uint16_t port, std::size_t connections, std::string request, std::string expected)
      : request_(std::move(request)), expected_(std::move(expected)), connections_(connections) {
    for (std::uint32_t i = 0; i < connections; ++i) {
      connections_[i].socket = load_socket::connect(port, i);
      poll_.add(connections_[i].socket, i);
      idle_.push_back(i);
    }
  }

  void run(double rate, std::chrono::seconds how_long) {
    total_ = static_cast<std::uint64_t>(rate * static_cast<double>(how_long.count()));
    if (total_ == 0 || total_ > most_requests)
      fail("a rate that makes no sense");
    interval_ns_ = 1e9 / rate;
    begun_ = clock_type::now() + std::chrono::milliseconds{10};
    const auto until = begun_ + how_long + longest_wait;
    while (latencies_.count() < total_) {
      const auto now = clock_type::now();
      if (now > until)
        fail(std::to_string(total_ - latencies_.count()) + " of " + std::to_string(total_) +
             " requests were not answered in time");
      while (sent_ < total_ && !idle_.empty() && due(sent_) <= now)
        send_next(now);
      poll();
    }
    took_ = clock_type::now() - begun_;
  }

  void report() const {
    std::cout << "{\"requests\":" << total_
              << ",\"duration_us\":" << std::chrono::duration<double, std::micro>(took_).count();
    write("latency_us", latencies_);
    write("lag_us", lags_);
    std::cout << '}' << std::endl;
  }

private:
  clock_type::time_point due(std::uint64_t number) const {
    return begun_ +
           nanoseconds{static_cast<std::int64_t>(static_cast<double>(number) * interval_ns_)};
  }

  void send_next(clock_type::time_point now) {
    auto& with = connections_[idle_.front()];
    idle_.pop_front();
    with.busy = true;
    with.due = due(sent_++);
    lags_.add(static_cast<std::uint64_t>(nanoseconds{now - with.due}.count()));
    if (!with.socket.send(request_))
      load::fail_system("send");
  }

  void poll() {
    poll_.wait(0, [this](auto index) { read(index); });
  }

  void read(std::uint32_t index) {
    auto& from = connections_[index];
    const auto count = from.socket.receive(buffer_.data(), buffer_.size());
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
      return;
    if (count <= 0)
      fail("the server closed a connection");
    if (!from.busy)
      fail("an answer that nobody asked for");
    std::string_view bytes{buffer_.data(), static_cast<std::size_t>(count)};
    if (!from.received.empty())
      bytes = from.received.append(bytes);
    const auto got = find_answer(bytes);
    if (!got) {
      if (from.received.empty())
        from.received = bytes;
      return;
    }
    if (got->status() != "200" || got->body != expected_ || got->size != bytes.size())
      fail("a wrong answer: " + std::string{bytes.substr(0, 500)});
    latencies_.add(static_cast<std::uint64_t>(nanoseconds{clock_type::now() - from.due}.count()));
    from.received.clear();
    from.busy = false;
    idle_.push_back(index);
  }

  static void write(std::string_view name, const latency_histogram& values) {
    const auto microseconds = [](std::uint64_t value) { return static_cast<double>(value) / 1e3; };
    std::cout << ",\"" << name << "\":{\"p50\":" << microseconds(values.percentile(0.5))
              << ",\"p90\":" << microseconds(values.percentile(0.9))
              << ",\"p99\":" << microseconds(values.percentile(0.99))
              << ",\"p99.9\":" << microseconds(values.percentile(0.999))
              << ",\"max\":" << microseconds(values.max()) << '}';
  }

  load_poll poll_;
  std::string request_;
  std::string expected_;
  std::vector<connection> connections_;
  std::deque<std::uint32_t> idle_;
  std::array<char, 262144> buffer_{};
  std::uint64_t total_ = 0, sent_ = 0;
  double interval_ns_ = 0;
  clock_type::time_point begun_;
  clock_type::duration took_{};
  latency_histogram latencies_;
  latency_histogram lags_; ///< from when a request was due until it was sent
};

} // namespace

int main(int argc, char** argv) {
  if (argc != 7) {
    std::cerr << "usage: open_loop PORT RATE SECONDS CONNECTIONS REQUEST_FILE EXPECTED_BODY_FILE\n";
    return 2;
  }
  open_loop clients{load::number<std::uint16_t>(argv[1]), load::number<std::size_t>(argv[4]),
                    load::content(argv[5]), load::content(argv[6])};
  clients.run(load::number<double>(argv[2]), std::chrono::seconds{load::number<int>(argv[3])});
  clients.report();
}
