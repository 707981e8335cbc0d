#include "troupe/net/websocket_port.hpp"

namespace troupe::net {

void websocket_port::send(std::string_view message) {
  if (phase_ != phase::open)
    return;
  codec().write_text(message);
  if (!processing_)
    let_go();
}

void websocket_port::send(const frame_ptr& message) {
  if (message->json().size() >= frame::large_bytes)
    large_ = message;
  send(std::string_view{message->json()});
  large_ = nullptr;
}

/// A frame's header, or the payload; as it came, unless it was compressed.
void websocket_port::on_output(asio::const_buffer bytes) {
  const std::string_view text{static_cast<const char*>(bytes.data()), bytes.size()};
  if (large_ && text.data() == large_->json().data() && text.size() == large_->json().size()) {
    output_.append(large_);
  } else {
    out() += text;
  }
}

void websocket_port::flush() {
  if (phase_ == phase::closed) {
    out().clear();
    return;
  }
  error_code error;
  output_.flush(stream_, writing_, error);
  if (error)
    finish(connection_end::client_lost);
  if (phase_ == phase::ending && !output_) {
    stream_.shutdown_send();
    finish(end_);
  } else if (phase_ == phase::lingering && !output_ && !said_end_) {
    said_end_ = true;
    stream_.shutdown_send();
  }
  if (phase_ != phase::closed)
    wait();
}

void websocket_port::write_queue() {
  error_code error;
  output_.write_queue(stream_, error);
  if (error)
    finish(connection_end::client_lost);
}

} // namespace troupe::net
