#pragma once

// Beast's websocket::stream as a codec: bytes of frames in, payload out, and the other way round,
// without a socket. The stream reads and writes memory; what it wants sent is handed to its user,
// what was received is fed to it as far as one frame goes. So the connection keeps its own way of
// reading and writing (net/byte_stream.hpp), many messages leave in one system call, and no operation
// of Beast is ever left to the loop.
//
// Between two messages a stream knows nothing about its connection. Hence connections do not own
// one: they take one from the thread's pool (connection_context::websockets()) for as long as they
// read a message or write one, and an idle WebSocket has none. A codec over which a message was cut
// off, or which has closed, is never used again.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <boost/asio/buffer.hpp>

#include "troupe/net/socket.hpp"
#include "troupe/protocol/websocket_gate.hpp"

namespace troupe::net {

/// How the messages of a connection are compressed; all connections that agree share their codecs.
struct websocket_coding {
  bool compressed = false;
  std::uint8_t server_window_bits = 15; ///< 9 to 15
  std::uint8_t client_window_bits = 15; ///< 9 to 15

  bool operator==(const websocket_coding&) const = default;
};

struct websocket_codec_options {
  std::size_t max_message_bytes = 0; ///< decompressed
  std::uint8_t memory_level = 4;     ///< of zlib, 1 to 9
  std::size_t compress_from_bytes = 0;
};

/// How reading ended.
enum class websocket_end : std::uint8_t {
  closed, ///< the peer's close frame came, and its echo has been handed out
  failed, ///< a frame was wrong, and a close frame with its code has been handed out
  broken, ///< the compressed bytes were: no close frame has been handed out
};

class websocket_codec {
public:
  class user {
  public:
    /// Bytes for the peer, in order; valid until the return.
    virtual void on_output(asio::const_buffer bytes) = 0;
    /// More of a message is in payload().
    virtual void on_payload(bool message_end) = 0;
    /// Reading is over. The codes of the close frames: 1005 for one without, 0 for no frame.
    virtual void on_end(websocket_end how, std::uint16_t received, std::uint16_t sent) = 0;

  protected:
    ~user() = default;
  };

  /// `payload` is where messages are decoded; any number of codecs of a thread may share it, if what
  /// is in it is taken before another is fed.
  websocket_codec(asio::io_context& loop, const websocket_coding& coding,
                  const websocket_codec_options& options, asio::mutable_buffer payload);
  websocket_codec(const websocket_codec&) = delete;
  websocket_codec& operator=(const websocket_codec&) = delete;
  ~websocket_codec();

  const websocket_coding& coding() const noexcept;
  void attach(user* whom) noexcept;

  /// Bytes of one frame at most, as websocket_gate passed them.
  void feed(std::string_view bytes);
  /// What has been decoded since take().
  std::string_view payload() const noexcept;
  void take() noexcept;

  void write_text(std::string_view message);
  void write_ping();
  /// The last thing that is written; reading is over as well.
  void write_close(protocol::websocket_close code, std::string_view reason);

  /// Whether it may serve another connection, given that nothing is half done on this one.
  bool reusable() const noexcept;

private:
  class impl;
  std::shared_ptr<impl> impl_;
};

using websocket_codec_ptr = std::unique_ptr<websocket_codec>;

/// The codecs of one thread that nobody uses.
class websocket_pool {
public:
  websocket_pool(asio::io_context& loop, const websocket_codec_options& options);

  websocket_codec_ptr take(const websocket_coding& coding);
  /// `used` is dropped if it is not reusable, or enough are spare.
  void give_back(websocket_codec_ptr used) noexcept;

private:
  asio::mutable_buffer payload_for(const websocket_coding& coding);

  asio::io_context& loop_;
  websocket_codec_options options_;
  std::unique_ptr<char[]> payload_;  ///< shared by the codecs without compression
  std::unique_ptr<char[]> inflated_; ///< by the others: whole messages
  std::vector<websocket_codec_ptr> spare_;
};

} // namespace troupe::net
