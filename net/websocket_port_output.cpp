#include "troupe/net/websocket_port.hpp"

namespace troupe::net {

namespace {

/// From this size on, a message is written from where it is; below, a copy is the cheaper.
constexpr std::size_t large_bytes = 16 * 1024;

/// Writes in a row to one peer that takes everything, before others get their turn.
constexpr int max_writes = 8;

/// What the thread's write buffer may keep.
constexpr std::size_t usual_buffer_bytes = 256 * 1024;

} // namespace

void websocket_port::send(std::string_view message) {
  if (phase_ != phase::open)
    return;
  codec().write_text(message);
  if (!processing_)
    let_go();
}

void websocket_port::send(const frame_ptr& message) {
  if (message->json().size() >= large_bytes)
    large_ = message;
  send(std::string_view{message->json()});
  large_ = nullptr;
}

/// A frame's header, or the payload; as it came, unless it was compressed.
void websocket_port::on_output(asio::const_buffer bytes) {
  const std::string_view text{static_cast<const char*>(bytes.data()), bytes.size()};
  if (large_ && text.data() == large_->json().data() && text.size() == large_->json().size()) {
    queue_fresh();
    output_->append(large_);
  } else {
    out() += text;
  }
}

std::size_t websocket_port::waiting_bytes() const noexcept {
  return context_->write_buffer().size() + (output_ ? output_->bytes() : 0);
}

void websocket_port::queue_fresh() {
  if (!output_) {
    output_ = std::make_unique<output_queue>();
    output_->deadline = now() + options().write_timeout;
  }
  auto& bytes = out();
  output_->append(std::string_view{bytes});
  if (bytes.capacity() > usual_buffer_bytes)
    std::string{}.swap(bytes);
  bytes.clear();
}

void websocket_port::flush() {
  if (phase_ == phase::closed) {
    out().clear();
    return;
  }
  if (output_) {
    queue_fresh();
    if (!writing_)
      write_queue();
  } else if (!out().empty()) {
    write_fresh();
  }
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

/// The usual case: everything fits into the socket, in one call, from the thread's buffer.
void websocket_port::write_fresh() {
  auto& bytes = out();
  error_code error;
  const auto written = stream_.write(asio::buffer(bytes), error);
  if (error && !is_would_block(error)) {
    bytes.clear();
    finish(connection_end::client_lost);
    return;
  }
  context_->observer().bytes_sent(written);
  bytes.erase(0, written);
  if (!bytes.empty())
    queue_fresh();
  else if (bytes.capacity() > usual_buffer_bytes)
    std::string{}.swap(bytes);
}

void websocket_port::write_queue() {
  for (int i = 0; i < max_writes && !output_->empty(); ++i) {
    error_code error;
    const auto written = stream_.write(output_->gather(), error);
    if (is_would_block(error))
      return;
    if (error) {
      finish(connection_end::client_lost);
      return;
    }
    context_->observer().bytes_sent(written);
    output_->consume(written);
    output_->deadline = now() + options().write_timeout;
  }
  if (output_->empty())
    output_.reset();
}

} // namespace troupe::net
