#include "idle_client.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "http_answer.hpp"
#include "load_program.hpp"
#include "websocket_frame.hpp"

namespace {

constexpr std::string_view initialize =
    R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25",)"
    R"("capabilities":{},"clientInfo":{"name":"bench","version":"1"}}})";
constexpr std::string_view initialized =
    R"({"jsonrpc":"2.0","method":"notifications/initialized"})";

/// How the method of a delivery ends. Its first character comes once, so that a search that fails within
/// it can begin anew.
constexpr std::string_view delivery = R"(updated")";

struct expectation {
  std::string_view status;
  bool stream = false;
};

/// The answers that a client waits for until it is open.
std::span<const expectation> expected(client_kind kind) {
  static constexpr std::array<expectation, 3> session{{{"200"}, {"202"}, {"200", true}}};
  static constexpr std::array<expectation, 4> subscribed{
      {{"200"}, {"202"}, {"200"}, {"200", true}}};
  static constexpr std::array<expectation, 1> stream{{{"200", true}}}, one{{{"200"}}},
      upgrade{{{"101"}}};
  switch (kind) {
  case client_kind::session:
    return session;
  case client_kind::subscribed_session:
    return subscribed;
  case client_kind::listen:
  case client_kind::subscribed_listen:
    return stream;
  case client_kind::websocket:
    return upgrade;
  case client_kind::keep_alive:
    return one;
  case client_kind::plain:
    break;
  }
  return {};
}

std::string post(const client_setup& setup, std::string_view headers, std::string_view body) {
  std::string request = "POST /mcp HTTP/1.1\r\n" + setup.host;
  request += "Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n";
  request += headers;
  request += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  request += body;
  return request;
}

std::string listen(const client_setup& setup) {
  std::string filter = R"("notifications":{"toolsListChanged":true})";
  if (setup.kind == client_kind::subscribed_listen)
    filter =
        R"("notifications":{"resourceSubscriptions":[")" + std::string{watched_resource} + R"("]})";
  return modern_request(setup, "subscriptions/listen", filter);
}

std::string upgrade(const client_setup& setup) {
  return "GET /mcp HTTP/1.1\r\n" + setup.host +
         "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
         "Sec-WebSocket-Key: AAECAwQFBgcICQoLDA0ODw==\r\nSec-WebSocket-Protocol: mcp\r\n\r\n";
}

/// All that follows `initialize`, in one write.
std::string rest_of_session(const client_setup& setup, std::string_view id) {
  const auto headers =
      "Mcp-Session-Id: " + std::string{id} + "\r\nMCP-Protocol-Version: 2025-11-25\r\n";
  auto requests = post(setup, headers, initialized);
  if (setup.kind == client_kind::subscribed_session)
    requests += post(setup, headers,
                     R"({"jsonrpc":"2.0","id":1,"method":"resources/subscribe","params":{"uri":")" +
                         std::string{watched_resource} + R"("}})");
  return requests + "GET /mcp HTTP/1.1\r\n" + setup.host + "Accept: text/event-stream\r\n" +
         headers + "\r\n";
}

} // namespace

std::string modern_request(const client_setup& setup, std::string_view method,
                           std::string_view params, std::string_view more) {
  const std::string name{method};
  return post(
      setup, "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: " + name + "\r\n" + std::string{more},
      R"({"jsonrpc":"2.0","id":1,"method":")" + name + R"(","params":{"_meta":{)" +
          R"("io.modelcontextprotocol/protocolVersion":"2026-07-28",)" +
          R"("io.modelcontextprotocol/clientCapabilities":{}},)" + std::string{params} + "}}");
}

std::string idle_client::greet(const client_setup& setup) {
  switch (setup.kind) {
  case client_kind::session:
  case client_kind::subscribed_session:
    return post(setup, "", initialize);
  case client_kind::listen:
  case client_kind::subscribed_listen:
    return listen(setup);
  case client_kind::websocket:
    return upgrade(setup);
  case client_kind::keep_alive:
    return modern_request(setup, "tools/call", R"("name":"echo","arguments":{"message":"rest"})",
                          "Mcp-Name: echo\r\n");
  case client_kind::plain:
    open_ = true;
  }
  return {};
}

std::string idle_client::receive(std::string_view bytes, const client_setup& setup) {
  std::string out;
  const bool websocket = setup.kind == client_kind::websocket;
  if (open_ && !websocket) {
    receive_stream(bytes);
    return out;
  }
  received_ += bytes;
  if (answers_ < expected(setup.kind).size())
    receive_answers(setup, out);
  if (websocket && answers_ > 0)
    receive_frames(out);
  if (open_ && !websocket)
    receive_stream(std::exchange(received_, {}));
  if (received_.empty())
    std::string{}.swap(received_);
  return out;
}

void idle_client::receive_answers(const client_setup& setup, std::string& out) {
  const auto answers = expected(setup.kind);
  while (answers_ < answers.size()) {
    const auto got = find_answer(received_);
    if (!got)
      return;
    const auto& awaited = answers[answers_++];
    const bool stream = got->header("content-type") == "text/event-stream";
    if (got->status() != awaited.status || stream != awaited.stream ||
        got->body.find("\"error\"") != got->body.npos)
      load::fail("an unexpected answer: " + received_.substr(0, 500));
    if (setup.kind == client_kind::websocket)
      out += websocket::masked(websocket::text, initialize);
    else if (answers_ == 1 && answers.size() > 1)
      out += rest_of_session(setup, got->header("mcp-session-id"));
    received_.erase(0, got->size);
  }
  open_ = setup.kind != client_kind::websocket;
}

void idle_client::receive_frames(std::string& out) {
  std::size_t done = 0;
  while (const auto next = websocket::find_frame(std::string_view{received_}.substr(done))) {
    done += next->size;
    if (next->first == websocket::close) {
      closed_ = next->payload.starts_with("\x03\xE9");
      out += websocket::masked(websocket::close, next->payload.substr(0, 2));
    } else if (next->first == websocket::ping) {
      out += websocket::masked(websocket::pong, next->payload);
    } else if (next->first != websocket::text || open_ ||
               next->payload.find("\"result\"") == next->payload.npos) {
      load::fail("an unexpected frame: " + std::string{next->payload.substr(0, 300)});
    } else {
      out += websocket::masked(websocket::text, initialized);
      open_ = true;
    }
  }
  received_.erase(0, done);
}

void idle_client::receive_stream(std::string_view bytes) {
  for (const char byte : bytes) {
    if (byte != delivery[matched_])
      matched_ = byte == delivery.front() ? 1 : 0;
    else if (++matched_ == delivery.size()) {
      ++deliveries_;
      matched_ = 0;
    }
  }
  for (const char byte : bytes.substr(bytes.size() - std::min(bytes.size(), tail_.size()))) {
    std::copy(tail_.begin() + 1, tail_.end(), tail_.begin());
    tail_.back() = byte;
  }
}

bool idle_client::ended_properly(const client_setup& setup) const {
  switch (setup.kind) {
  case client_kind::websocket:
    return closed_;
  case client_kind::keep_alive:
  case client_kind::plain:
    return true;
  default:
    return std::string_view{tail_.data(), tail_.size()} == "0\r\n\r\n";
  }
}
