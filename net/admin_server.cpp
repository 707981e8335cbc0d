#include "troupe/net/admin_server.hpp"

#include <pthread.h>

#include <string_view>
#include <thread>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include "troupe/net/accept_loop.hpp"
#include "troupe/net/request_parser.hpp"
#include "troupe/protocol/http_response.hpp"

namespace troupe::net {

namespace {

constexpr int backlog = 64;
constexpr std::size_t read_bytes = 4096;
constexpr std::string_view plain_text = "text/plain; charset=utf-8";
constexpr std::string_view metrics_text = "text/plain; version=0.0.4; charset=utf-8";

/// Everything the connections of the endpoint share; lives on its thread.
struct endpoint_state {
  admin_server_options options;
  admin_content content;
  std::size_t connections = 0;
  asio::io_context loop{1}; // first to go, with the connections that its handlers own
};

void append_plain(std::string& out, protocol::response_fields fields, std::uint16_t status,
                  std::string_view text) {
  fields.status = status;
  protocol::append_response(out, fields, plain_text, text);
}

void append_answer(std::string& out, const protocol::http_head& head,
                   protocol::response_fields fields, const admin_content& content) {
  fields.head_only = head.method == protocol::http_method::head;
  const auto path = head.path();
  if (path != "/metrics" && path != "/healthz" && path != "/readyz") {
    append_plain(out, fields, 404, "there are /metrics, /healthz and /readyz\n");
  } else if (head.method != protocol::http_method::get && !fields.head_only) {
    fields.allow = "GET, HEAD";
    append_plain(out, fields, 405, "this endpoint is read with GET or HEAD\n");
  } else if (path == "/metrics") {
    protocol::append_response(out, fields, metrics_text, content.metrics());
  } else if (path == "/healthz") {
    append_plain(out, fields, 200, "ok\n");
  } else {
    const bool ready = content.ready();
    append_plain(out, fields, ready ? 200 : 503,
                 (ready ? "ok\n" : "not ready: starting or shutting down\n") +
                     (content.nodes ? content.nodes() : std::string{}));
  }
}

class admin_connection : public std::enable_shared_from_this<admin_connection> {
public:
  admin_connection(endpoint_state& state, stream_socket socket)
      : state_(state),
        socket_(std::move(socket)),
        timer_(state.loop),
        parser_(state.options.head, 0) {
    ++state_.connections;
  }
  admin_connection(const admin_connection&) = delete;
  admin_connection& operator=(const admin_connection&) = delete;
  ~admin_connection() { --state_.connections; }

  void start() {
    limit(state_.options.request_timeout);
    read();
  }

private:
  /// Whatever is being done must be over by then.
  void limit(std::chrono::milliseconds time) {
    timer_.expires_after(time);
    timer_.async_wait([self = weak_from_this()](error_code error) {
      if (const auto connection = self.lock(); connection && !error)
        connection->close();
    });
  }

  void close() {
    error_code ignored;
    socket_.close(ignored);
    timer_.cancel();
  }

  void read() {
    const auto old = input_.size();
    input_.resize(old + read_bytes);
    socket_.async_read_some(
        asio::buffer(input_.data() + old, read_bytes),
        [this, self = shared_from_this(), old](error_code error, std::size_t size) {
          input_.resize(old + size);
          if (error)
            close();
          else
            take_requests();
        });
  }

  void take_requests() {
    switch (parser_.parse(input_.data(), input_.size())) {
    case parse_state::need_more:
      input_.resize(parser_.kept());
      read();
      return;
    case parse_state::head:
    case parse_state::complete:
      answer();
      return;
    case parse_state::rejected:
      refuse(parser_.rejection().status, parser_.rejection().reason);
      return;
    }
  }

  void answer() {
    const auto& head = parser_.head();
    if (head.has_body()) {
      refuse(400, "this endpoint takes no body");
      return;
    }
    protocol::response_fields fields;
    fields.version = head.version;
    fields.keep_alive = keep_alive_ = head.keep_alive;
    append_answer(output_, head, fields, state_.content);
    input_.erase(0, parser_.end());
    parser_.reset();
    write();
  }

  void refuse(std::uint16_t status, std::string_view reason) {
    protocol::response_fields fields;
    fields.keep_alive = keep_alive_ = false;
    append_plain(output_, fields, status, std::string{reason} + '\n');
    write();
  }

  void write() {
    limit(state_.options.write_timeout);
    asio::async_write(socket_, asio::buffer(output_),
                      [this, self = shared_from_this()](error_code error, std::size_t) {
                        if (error || !keep_alive_)
                          close();
                        else
                          next();
                      });
  }

  void next() {
    // A scrape may have been large; nothing of it is kept for the next one.
    std::string{}.swap(output_);
    limit(state_.options.keep_alive_timeout);
    if (input_.empty())
      read();
    else
      take_requests();
  }

  endpoint_state& state_;
  stream_socket socket_;
  steady_timer timer_;
  request_parser parser_;
  std::string input_;
  std::string output_;
  bool keep_alive_ = true;
};

} // namespace

class admin_server::implementation {
public:
  implementation(const tcp::endpoint& where, admin_server_options options, admin_content content)
      : work_(state_.loop.get_executor()),
        port_(state_.loop, where, backlog),
        where_(port_.endpoint()) {
    state_.options = options;
    state_.content = std::move(content);
    port_.start([this](stream_socket socket) {
      if (state_.connections < state_.options.max_connections)
        std::make_shared<admin_connection>(state_, std::move(socket))->start();
    });
    thread_ = std::thread{[this] {
      pthread_setname_np(pthread_self(), "admin");
      state_.loop.run();
    }};
  }

  ~implementation() {
    state_.loop.stop();
    thread_.join();
  }

  tcp::endpoint endpoint() const { return where_; }

private:
  endpoint_state state_;
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  accept_loop port_;
  tcp::endpoint where_;
  std::thread thread_;
};

admin_server::admin_server(const tcp::endpoint& where, admin_server_options options,
                           admin_content content)
    : implementation_(std::make_unique<implementation>(where, options, std::move(content))) {}

admin_server::~admin_server() = default;

tcp::endpoint admin_server::endpoint() const {
  return implementation_ ? implementation_->endpoint() : tcp::endpoint{};
}

void admin_server::stop() {
  implementation_.reset();
}

} // namespace troupe::net
