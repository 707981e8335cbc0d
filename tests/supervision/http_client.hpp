#pragma once

// One HTTP request on a connection of its own, as simple as can be: for tests of a whole node.

#include <cstdint>
#include <string>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace troupe::test {

/// The whole response, head and body; empty if there is none.
inline std::string talk(std::uint16_t port, const std::string& request) {
  const int handle = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string response;
  if (::connect(handle, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0 &&
      ::send(handle, request.data(), request.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(request.size())) {
    char part[4096];
    for (ssize_t size = 1; size > 0;) {
      size = ::recv(handle, part, sizeof part, 0);
      if (size > 0)
        response.append(part, static_cast<std::size_t>(size));
    }
  }
  ::close(handle);
  return response;
}

inline std::string get(std::uint16_t port, std::string_view path) {
  return talk(port, "GET " + std::string{path} +
                        " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
}

/// A message to /mcp; `session` may be empty.
inline std::string post(std::uint16_t port, std::string_view session, std::string_view json) {
  std::string request = "POST /mcp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                        "Content-Type: application/json\r\n"
                        "Accept: application/json, text/event-stream\r\nContent-Length: " +
                        std::to_string(json.size()) + "\r\n";
  if (!session.empty())
    request += "Mcp-Session-Id: " + std::string{session} + "\r\n";
  return talk(port, request + "\r\n" + std::string{json});
}

/// Opens a session and makes it ready; its id.
inline std::string open_session(std::uint16_t port) {
  const auto response =
      post(port, {},
           R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":)"
           R"("2025-11-25","capabilities":{},"clientInfo":{"name":"test","version":"1"}}})");
  constexpr std::string_view field = "Mcp-Session-Id: ";
  const auto at = response.find(field);
  if (at == std::string::npos)
    return {};
  const auto begin = at + field.size();
  auto id = response.substr(begin, response.find('\r', begin) - begin);
  post(port, id, R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
  return id;
}

} // namespace troupe::test
