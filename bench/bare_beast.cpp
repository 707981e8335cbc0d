// The least that a server written with Asio, Beast and Boost.JSON does for an echo call: no actors, limits, metrics,
// timeouts, sessions or schemas. What it takes less than Troupe is what Troupe's own layers cost.
//
//   bare_beast META   prints "listening on 127.0.0.1:PORT" and serves until it is ended; META is the member _meta of
//                     results of revision 2026-07-28, as JSON
//
// Everything is in the fast form: the executor of sockets is the loop itself, one read feeds the parser with put(),
// JSON lives in an arena of the thread, and the answer goes out flat, in one write. One thread.

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/json/src.hpp>

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace json = boost::json;
using boost::system::error_code;
using tcp = asio::ip::tcp;
using executor = asio::io_context::executor_type;
using tcp_socket = asio::basic_stream_socket<tcp, executor>;
using tcp_acceptor = asio::basic_socket_acceptor<tcp, executor>;

/// Takes the largest request of the lab (64 KB of arguments) in one read.
constexpr std::size_t read_bytes = std::size_t{96} * 1024;
constexpr std::size_t arena_bytes = std::size_t{256} * 1024;
constexpr std::size_t max_body_bytes = std::size_t{4} * 1024 * 1024;

/// What an echo call asks, as views into the parsed message; empty members if it is something else.
struct echo_call {
  const json::value* id = nullptr;
  const json::string* message = nullptr;
  bool is_modern = false;
};

const json::value* find(const json::value* in, std::string_view name) {
  return in != nullptr && in->is_object() ? in->get_object().if_contains(name) : nullptr;
}

bool is_text(const json::value* value, std::string_view text) {
  return value != nullptr && value->is_string() && value->get_string() == text;
}

echo_call read_call(const json::value& message) {
  echo_call result;
  const auto* params = find(&message, "params");
  if (!is_text(find(&message, "method"), "tools/call") || !is_text(find(params, "name"), "echo"))
    return result;
  const auto* text = find(find(params, "arguments"), "message");
  if (text == nullptr || !text->is_string())
    return result;
  result.id = find(&message, "id");
  result.message = &text->get_string();
  result.is_modern =
      is_text(find(find(params, "_meta"), "io.modelcontextprotocol/protocolVersion"), "2026-07-28");
  return result;
}

/// The tools of one thread, used by one request after the other.
class answerer {
public:
  /// The bytes of Troupe's answers; the lab compares them.
  explicit answerer(std::string_view meta)
      : legacy_before_(R"(,"result":{"content":[{"type":"text","text":)"),
        modern_before_(R"(,"result":{"resultType":"complete","_meta":)") {
    modern_before_ += meta;
    modern_before_ += R"(,"content":[{"type":"text","text":)";
  }

  /// Appends the whole response.
  void append_response(std::string& out, const std::string& body) {
    json::monotonic_resource arena{memory_.data(), memory_.size()};
    parser_.reset(&arena);
    error_code error;
    parser_.write(body, error);
    if (error)
      return append(out, "400 Bad Request", "");
    const auto message = parser_.release();
    const auto call = read_call(message);
    if (call.id == nullptr)
      return append(out, "400 Bad Request", "");
    append_result(call);
    append(out, "200 OK", result_);
  }

private:
  void append_result(const echo_call& call) {
    result_.assign(R"({"jsonrpc":"2.0","id":)");
    write(call.id);
    result_ += call.is_modern ? modern_before_ : legacy_before_;
    write(call.message);
    result_ += "}]}}";
  }

  template<class Value>
  void write(const Value* value) {
    serializer_.reset(value);
    while (!serializer_.done())
      result_ += serializer_.read(part_.data(), part_.size());
  }

  static void append(std::string& out, std::string_view status, std::string_view body) {
    std::array<char, 20> digits{};
    const auto* end = std::to_chars(digits.data(), digits.data() + digits.size(), body.size()).ptr;
    out += "HTTP/1.1 ";
    out += status;
    out += "\r\nContent-Type: application/json\r\nContent-Length: ";
    out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
    out += "\r\n\r\n";
    out += body;
  }

  std::string legacy_before_;
  std::string modern_before_;
  std::vector<unsigned char> memory_ = std::vector<unsigned char>(arena_bytes);
  json::parser parser_;
  json::serializer serializer_;
  std::array<char, 4096> part_{};
  std::string result_;
};

/// Owned by its pending operation.
class connection : public std::enable_shared_from_this<connection> {
public:
  connection(tcp_socket socket, answerer& answers)
      : socket_(std::move(socket)), answers_(answers), in_(read_bytes) {}

  void read() {
    socket_.async_read_some(asio::buffer(in_.data() + filled_, in_.size() - filled_),
                            [self = shared_from_this()](const error_code& error, std::size_t size) {
                              if (!error)
                                self->on_read(size);
                            });
  }

private:
  void on_read(std::size_t size) {
    filled_ += size;
    if (!parse())
      return; // not HTTP: the socket closes
    if (out_.empty())
      read();
    else
      write();
  }

  /// All complete requests; false if there is something else.
  bool parse() {
    std::size_t at = 0;
    while (at < filled_) {
      if (!parser_) {
        parser_.emplace();
        parser_->eager(true);
        parser_->body_limit(max_body_bytes);
      }
      error_code error;
      at += parser_->put(asio::buffer(in_.data() + at, filled_ - at), error);
      if (error == http::error::need_more)
        break;
      if (error)
        return false;
      if (parser_->is_done()) {
        answers_.append_response(out_, parser_->get().body());
        parser_.reset();
      }
    }
    std::copy(in_.begin() + static_cast<std::ptrdiff_t>(at),
              in_.begin() + static_cast<std::ptrdiff_t>(filled_), in_.begin());
    filled_ -= at;
    return filled_ < in_.size();
  }

  void write() {
    asio::async_write(socket_, asio::buffer(out_),
                      [self = shared_from_this()](const error_code& error, std::size_t) {
                        if (error)
                          return;
                        self->out_.clear();
                        self->read();
                      });
  }

  tcp_socket socket_;
  answerer& answers_;
  std::vector<char> in_;
  std::size_t filled_ = 0;
  std::optional<http::request_parser<http::string_body>> parser_;
  std::string out_;
};

void accept(tcp_acceptor& acceptor, answerer& answers) {
  acceptor.async_accept([&](const error_code& error, tcp_socket socket) {
    if (!error) {
      error_code ignored;
      socket.set_option(tcp::no_delay{true}, ignored);
      std::make_shared<connection>(std::move(socket), answers)->read();
    }
    accept(acceptor, answers);
  });
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: bare_beast META\n";
    return 2;
  }
  try {
    asio::io_context loop{1};
    tcp_acceptor acceptor{loop, tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
    answerer answers{argv[1]};
    accept(acceptor, answers);
    std::cout << "listening on 127.0.0.1:" << acceptor.local_endpoint().port() << std::endl;
    loop.run();
  } catch (const std::exception& problem) {
    std::cerr << "bare_beast: " << problem.what() << '\n';
    return 1;
  }
  return 0;
}
