#pragma once

// One client that comes to rest and stays so, without any I/O: bytes in, bytes to send out.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

/// What the client is when it has come to rest.
enum class client_kind : std::uint8_t {
  session,            ///< legacy, with an open GET stream on its one connection
  subscribed_session, ///< the same, subscribed to the resource
  listen,             ///< a stream of subscriptions/listen, without a session
  subscribed_listen,  ///< the same, for the resource
  websocket,          ///< with a legacy session
  keep_alive,         ///< a connection that has had one answer
  plain,              ///< a connection, nothing sent
};

/// The resource that subscribed clients watch.
constexpr std::string_view watched_resource = "bench://watched";

/// What all clients of one run have in common.
struct client_setup {
  client_kind kind;
  std::string host; ///< "Host: 127.0.0.1:8000\r\n"
};

/// A modern request, with the headers that repeat what it says; `more` are further headers.
std::string modern_request(const client_setup& setup, std::string_view method,
                           std::string_view params, std::string_view more = {});

class idle_client {
public:
  /// What is sent first. A plain client is open then.
  std::string greet(const client_setup& setup);
  /// Returns what has to be sent now. Whatever is not as it should be ends the program.
  std::string receive(std::string_view bytes, const client_setup& setup);

  bool open() const { return open_; }
  /// Of notifications that the watched resource has changed.
  std::uint32_t deliveries() const { return deliveries_; }
  /// Whether the server may close now: a stream has had its last chunk, a WebSocket its close frame 1001.
  bool ended_properly(const client_setup& setup) const;

private:
  void receive_answers(const client_setup& setup, std::string& out);
  void receive_frames(std::string& out);
  void receive_stream(std::string_view bytes);

  std::string received_; ///< of an answer or a frame that is not complete
  std::array<char, 5> tail_{};
  std::uint8_t answers_ = 0; ///< so many have come
  std::uint8_t matched_ = 0; ///< characters at the end of what has come that may begin a delivery
  bool open_ = false;
  bool closed_ = false; ///< by a close frame
  std::uint32_t deliveries_ = 0;
};
