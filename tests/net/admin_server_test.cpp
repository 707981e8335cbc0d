// The operators' endpoint, over real sockets, from the outside.

#define CAF_SUITE admin_server

#include <caf/test/unit_test.hpp>

#include <atomic>
#include <string>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>

#include "troupe/net/admin_server.hpp"

using namespace troupe;
using namespace std::chrono_literals;
using boost::asio::ip::address_v4;

namespace {

struct fixture {
  boost::asio::io_context loop{1};
  std::atomic<bool> ready{true};
  net::admin_server_options options;
  std::unique_ptr<net::admin_server> server;

  void start() {
    server = std::make_unique<net::admin_server>(
        net::tcp::endpoint{address_v4::loopback(), 0}, options,
        net::admin_content{[] { return std::string{"troupe_up 1\n"}; },
                           [this] { return ready.load(); }});
  }

  net::stream_socket dial() {
    net::stream_socket socket{loop};
    socket.connect(server->endpoint());
    return socket;
  }

  static void send(net::stream_socket& to, std::string_view bytes) {
    to.write_some(boost::asio::buffer(bytes));
  }

  /// Everything until the server closes.
  static std::string receive_all(net::stream_socket& from) {
    std::string result;
    std::string part(4096, '\0');
    net::error_code error;
    while (!error) {
      const auto size = from.read_some(boost::asio::buffer(part), error);
      result.append(part, 0, size);
    }
    return result;
  }

  std::string ask(std::string_view method, std::string_view path) {
    auto socket = dial();
    send(socket, std::string{method} + ' ' + std::string{path} +
                     " HTTP/1.1\r\nHost: any.example\r\nConnection: close\r\n\r\n");
    return receive_all(socket);
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(admin_server_tests, fixture)

CAF_TEST(metrics_are_served_as_prometheus_wants_them) {
  start();
  const auto answer = ask("GET", "/metrics");
  CAF_CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
  CAF_CHECK(answer.find("Content-Type: text/plain; version=0.0.4") != std::string::npos);
  CAF_CHECK(answer.ends_with("\r\n\r\ntroupe_up 1\n"));
  const auto head = ask("HEAD", "/metrics?x=y");
  CAF_CHECK(head.find("Content-Length: 12\r\n") != std::string::npos);
  CAF_CHECK(head.ends_with("\r\n\r\n"));
}

CAF_TEST(health_and_readiness_are_two_things) {
  start();
  CAF_CHECK(ask("GET", "/healthz").starts_with("HTTP/1.1 200 OK\r\n"));
  CAF_CHECK(ask("GET", "/readyz").starts_with("HTTP/1.1 200 OK\r\n"));
  ready = false;
  CAF_CHECK(ask("GET", "/healthz").starts_with("HTTP/1.1 200 OK\r\n"));
  CAF_CHECK(ask("GET", "/readyz").starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
}

CAF_TEST(other_paths_and_methods_are_refused) {
  start();
  CAF_CHECK(ask("GET", "/").starts_with("HTTP/1.1 404 Not Found\r\n"));
  const auto answer = ask("POST", "/metrics");
  CAF_CHECK(answer.starts_with("HTTP/1.1 405 Method Not Allowed\r\n"));
  CAF_CHECK(answer.find("Allow: GET, HEAD\r\n") != std::string::npos);
}

CAF_TEST(pipelined_requests_and_split_ones_are_answered) {
  start();
  auto socket = dial();
  const std::string healthz = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
  send(socket, healthz + healthz + "GET /readyz HTTP/1.1\r\nHo");
  send(socket, "st: x\r\nConnection: close\r\n\r\n");
  const auto answer = receive_all(socket);
  std::size_t count = 0;
  for (auto at = answer.find("200 OK"); at != std::string::npos; at = answer.find("200 OK", at + 1))
    ++count;
  CAF_CHECK_EQUAL(count, 3u);
}

CAF_TEST(nonsense_and_bodies_are_refused) {
  start();
  auto socket = dial();
  send(socket, "NONSENSE\r\n\r\n");
  CAF_CHECK(receive_all(socket).starts_with("HTTP/1.1 400 Bad Request\r\n"));
  auto second = dial();
  send(second, "GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n");
  CAF_CHECK(receive_all(second).starts_with("HTTP/1.1 400 Bad Request\r\n"));
}

CAF_TEST(a_request_that_does_not_come_in_time_ends_the_connection) {
  options.request_timeout = 30ms;
  start();
  auto socket = dial();
  send(socket, "GET /met");
  CAF_CHECK_EQUAL(receive_all(socket), "");
}

CAF_TEST(more_connections_than_allowed_are_closed_at_once) {
  options.max_connections = 1;
  start();
  auto first = dial();
  send(first, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  std::string part(4096, '\0');
  CAF_CHECK(first.read_some(boost::asio::buffer(part)) > 0);
  auto second = dial();
  CAF_CHECK_EQUAL(receive_all(second), "");
}

CAF_TEST(a_port_in_use_is_an_error_and_stopping_frees_it) {
  start();
  const auto where = server->endpoint();
  bool failed = false;
  try {
    const net::admin_server second{where, options, {}};
  } catch (const boost::system::system_error&) {
    failed = true;
  }
  CAF_CHECK(failed);
  auto open = dial();
  server->stop();
  CAF_CHECK_EQUAL(receive_all(open), "");
  const net::admin_server third{where, options, {}};
}

CAF_TEST_FIXTURE_SCOPE_END()
