#pragma once

// A connection of the load: TCP, or TLS on it. Not Troupe's own, so that a fault there cannot hide.

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "load_program.hpp"

class load_socket {
public:
  load_socket() = default;
  explicit load_socket(int socket) : socket_(socket) {}

  /// To 127.0.0.1. The source is one of several addresses, by `number`, because one has less than
  /// 30,000 ports. Blocks; on loopback until the other side has room in its backlog.
  static load_socket connect(std::uint16_t port, std::uint32_t number) {
    constexpr std::uint32_t sources = 8;
    const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (made < 0)
      load::fail_system("socket");
    const int on = 1;
    ::setsockopt(made, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    ::setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const auto source = loopback(1 + number % sources, 0), server = loopback(0, port);
    if (::bind(made, as_address(source), sizeof source) != 0)
      load::fail_system("bind");
    if (::connect(made, as_address(server), sizeof server) != 0)
      load::fail_system("connect");
    return load_socket{made};
  }

  int handle() const { return socket_; }

  /// Blocks until the handshake is over; false if it failed. The certificate is not looked at.
  bool start_tls(SSL_CTX* context) {
    ssl_.reset(SSL_new(context));
    SSL_set_fd(ssl_.get(), socket_);
    // Else SSL_read, after a ticket, would wait for the answer, and with it all other connections.
    SSL_clear_mode(ssl_.get(), SSL_MODE_AUTO_RETRY);
    return SSL_connect(ssl_.get()) == 1;
  }

  bool send(std::string_view bytes) {
    if (ssl_)
      return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) ==
             static_cast<int>(bytes.size());
    return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(bytes.size());
  }

  /// As recv(2) that does not wait.
  ssize_t receive(char* into, std::size_t size) {
    if (!ssl_)
      return ::recv(socket_, into, size, MSG_DONTWAIT);
    char byte = 0; // a TLS socket blocks, since it also writes
    if (const auto count = ::recv(socket_, &byte, 1, MSG_DONTWAIT | MSG_PEEK); count <= 0)
      return count;
    ERR_clear_error();
    const int count = SSL_read(ssl_.get(), into, static_cast<int>(size));
    if (count > 0)
      return count;
    errno = EAGAIN; // a ticket, say
    return SSL_get_error(ssl_.get(), count) == SSL_ERROR_ZERO_RETURN ? 0 : -1;
  }

  void close() {
    ssl_.reset();
    ::close(socket_);
  }

private:
  static sockaddr_in loopback(std::uint32_t offset, std::uint16_t port) {
    sockaddr_in result{};
    result.sin_family = AF_INET;
    result.sin_port = htons(port);
    result.sin_addr.s_addr = htonl(INADDR_LOOPBACK + offset);
    return result;
  }

  static const sockaddr* as_address(const sockaddr_in& address) {
    return static_cast<const sockaddr*>(static_cast<const void*>(&address));
  }

  struct deleter {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };

  int socket_ = -1;
  std::unique_ptr<SSL, deleter> ssl_;
};
