#pragma once

// A WebSocket as a message port: one JSON-RPC message for each text message (RFC 6455). What is read
// passes the gate (protocol/websocket_gate.hpp) and then Beast (websocket_codec.hpp), what is written
// is gathered and leaves with flush(); see http_connection_output.cpp for the same way of writing.
//
// Closing: either side sends a close frame, the other answers with one, and then we end the
// connection. After a refusal nobody can tell what follows, so it is read and dropped for a moment,
// that the peer may read why.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "troupe/net/byte_stream.hpp"
#include "troupe/net/connection_context.hpp"
#include "troupe/net/message_port.hpp"
#include "troupe/net/outgoing.hpp"
#include "troupe/net/websocket_codec.hpp"
#include "troupe/protocol/websocket_gate.hpp"

namespace troupe::net {

/// What an HTTP connection hands over when it becomes a WebSocket.
struct websocket_upgrade {
  byte_stream stream;   ///< non-blocking, and nobody waits for it
  std::string answer;   ///< what the peer has not been sent: the response, and what was before it
  outgoing unsent;      ///< before the answer, if the peer is slow
  std::string received; ///< behind the request
  websocket_coding coding;
};

class websocket_port final : public message_port, private websocket_codec::user {
public:
  websocket_port(connection_context_ptr context, message_port::user& whom,
                 websocket_upgrade upgrade);

  void start() override;
  void send(const frame_ptr& message) override;
  void send(std::string_view message) override;
  void flush() override;
  std::size_t waiting_bytes() const noexcept override { return output_.bytes(); }
  void hold_input(bool hold) override;
  void close(port_close why, connection_end end) override;
  void abort() noexcept override;
  time_point deadline() const noexcept override;
  void on_time(time_point now) override;

private:
  enum class phase : std::uint8_t {
    open,
    closing,   ///< our close frame is sent; the peer's has not come
    ending,    ///< nothing will be sent any more; closed as soon as the bytes have gone out
    lingering, ///< as ending, but what the peer still sends is read and dropped until it closes
    closed,
  };

  // -- websocket_port.cpp --------------------------------------------------------------------------
  time_point now() const noexcept { return context_->shard().timers.now(); }
  const connection_options& options() const noexcept { return context_->options(); }
  bool wants_input() const noexcept;
  void wait();
  template<byte_stream::wait_type What>
  void wait_for();
  void on_readable();
  void on_writable();
  void go_on();
  void process(std::string_view bytes);
  std::string_view process_open(std::string_view bytes);
  std::string_view process_closing(std::string_view bytes);
  void drop(std::size_t bytes);
  void on_peer_eof();
  websocket_codec& codec();
  void save_payload();
  void let_go();
  void send_close(protocol::websocket_close code, std::string_view reason);
  void refuse(protocol::websocket_close code, std::string_view reason);
  void end_with(phase how, connection_end why);
  void finish(connection_end why);

  // -- websocket_port_output.cpp -------------------------------------------------------------------
  std::string& out() noexcept { return output_.fresh(); }
  void write_queue();

  void on_output(asio::const_buffer bytes) override;
  void on_payload(bool message_end) override;
  void on_end(websocket_end how, std::uint16_t received, std::uint16_t sent) override;

  connection_context_ptr context_;
  message_port::user& user_;
  byte_stream stream_;
  protocol::websocket_gate gate_;
  websocket_codec_ptr codec_; ///< null unless a message is being read
  outgoing output_;
  std::string partial_; ///< of a message that comes in several reads
  std::string kept_;    ///< received, but not looked at yet
  frame_ptr large_;     ///< is being written, and need not be copied
  time_point last_received_{};
  time_point pinged_{};         ///< meaningful while awaits_pong_
  time_point message_due_{};    ///< while a message has begun
  time_point ending_due_{};     ///< while closing, ending or lingering
  std::size_t linger_left_ = 0; ///< bytes to drop at most
  websocket_coding coding_;
  phase phase_ = phase::open;
  connection_end end_ = connection_end::failed;
  bool reading_ : 1 = false; ///< the socket is waited for
  bool writing_ : 1 = false;
  bool held_ : 1 = false;
  bool processing_ : 1 = false;
  bool broken_ : 1 = false; ///< the codec failed without a word
  bool awaits_pong_ : 1 = false;
  bool in_message_ : 1 = false;
  bool said_end_ : 1 = false;
};

} // namespace troupe::net
