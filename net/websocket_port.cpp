#include "troupe/net/websocket_port.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>

#include "troupe/protocol/utf8.hpp"

namespace troupe::net {

// With its actor and a session, what an idle WebSocket owns; its goal stands in message_connection.cpp.
static_assert(sizeof(websocket_port) <= 352);

namespace {

using protocol::websocket_close;

/// Reads in a row, before other connections get their turn.
constexpr int max_reads = 4;

/// Output that waits when nothing more is read, pings among it.
constexpr std::size_t enough_output = 64 * 1024;

/// From here on what has been decoded makes room in the thread's buffer.
constexpr std::size_t much_payload = 32 * 1024;

/// What a buffer may keep for the next message.
constexpr std::size_t usual_buffer_bytes = 4 * 1024;

protocol::websocket_limits limits_of(const connection_options& options, bool compressed) {
  const auto& own = options.websocket;
  return {own.max_message_bytes != 0 ? own.max_message_bytes : options.endpoint.max_body_bytes,
          own.max_fragments, own.max_messages_per_second, own.max_control_frames_per_second,
          compressed};
}

std::uint64_t second_of(time_point when) noexcept {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(when.time_since_epoch()).count());
}

void release(std::string& buffer) noexcept {
  buffer.clear();
  if (buffer.capacity() > usual_buffer_bytes)
    std::string{}.swap(buffer);
}

} // namespace

websocket_port::websocket_port(connection_context_ptr context, message_port::user& whom,
                               websocket_upgrade upgrade)
    : context_(std::move(context)),
      user_(whom),
      stream_(std::move(upgrade.stream)),
      gate_(limits_of(context_->options(), upgrade.coding.compressed)),
      output_(std::move(upgrade.unsent)),
      kept_(std::move(upgrade.received)),
      last_received_(context_->shard().timers.now()),
      coding_(upgrade.coding) {
  out() += upgrade.answer;
}

void websocket_port::start() {
  if (!kept_.empty())
    go_on();
}

// -- input ------------------------------------------------------------------------------------------

bool websocket_port::wants_input() const noexcept {
  switch (phase_) {
  case phase::open:
    return !held_ && kept_.empty() && (!output_ || output_.bytes() <= enough_output);
  case phase::closing:
  case phase::lingering:
    return true;
  case phase::ending:
  case phase::closed:
    return false;
  }
  return false;
}

void websocket_port::wait() {
  const bool reads = wants_input();
  const bool reads_by_writing = reads && stream_.wants_write();
  if ((output_ || reads_by_writing) && !writing_)
    wait_for<stream_socket::wait_write>();
  if (reads && !reads_by_writing && !reading_)
    wait_for<stream_socket::wait_read>();
}

template<byte_stream::wait_type What>
void websocket_port::wait_for() {
  constexpr bool reads = What == stream_socket::wait_read;
  if constexpr (reads)
    reading_ = true;
  else
    writing_ = true;
  const auto on_ready = [this, alive = user_.keep_alive()](error_code error) {
    if constexpr (reads)
      reading_ = false;
    else
      writing_ = false;
    user_.activate([&] {
      if (phase_ == phase::closed)
        return;
      if (error)
        finish(connection_end::failed);
      else if (reads)
        on_readable();
      else
        on_writable();
    });
  };
  if constexpr (reads)
    stream_.wait_read(on_ready);
  else
    stream_.wait_write(on_ready);
}

void websocket_port::on_writable() {
  if (output_) // it may have been written meanwhile
    write_queue();
  if (stream_.wants_write() && wants_input())
    on_readable();
}

/// Looks at what was kept, in an activation of its own.
void websocket_port::go_on() {
  asio::post(context_->loop(), [this, alive = user_.keep_alive()] {
    user_.activate([&] {
      if (!kept_.empty() && !held_ && phase_ != phase::closed)
        process(std::exchange(kept_, {}));
    });
  });
}

void websocket_port::hold_input(bool hold) {
  if (held_ == hold || phase_ == phase::closed)
    return;
  held_ = hold;
  if (hold)
    return;
  if (!kept_.empty())
    go_on();
  else if (!processing_)
    wait();
}

void websocket_port::on_readable() {
  for (int i = 0; i < max_reads && wants_input(); ++i) {
    error_code error;
    const auto size =
        stream_.read(asio::buffer(context_->read_buffer(), connection_context::read_bytes), error);
    if (is_would_block(error))
      return;
    if (error == asio::error::eof) {
      on_peer_eof();
      return;
    }
    if (error) {
      finish(phase_ == phase::open ? connection_end::client_lost : end_);
      return;
    }
    context_->observer().bytes_received(size);
    last_received_ = now();
    awaits_pong_ = false;
    process({context_->read_buffer(), size});
    if (size < connection_context::read_bytes)
      return;
  }
}

/// A WebSocket has no half: who sends no close frame is lost.
void websocket_port::on_peer_eof() {
  finish(phase_ == phase::open ? connection_end::client_lost : end_);
}

void websocket_port::process(std::string_view bytes) {
  processing_ = true;
  while (!bytes.empty() && phase_ == phase::open && !held_)
    bytes = process_open(bytes);
  save_payload();
  let_go();
  processing_ = false;
  while (!bytes.empty() && phase_ == phase::closing)
    bytes = process_closing(bytes);
  if (phase_ == phase::open)
    kept_ = bytes; // held
  else
    drop(bytes.size());
}

std::string_view websocket_port::process_open(std::string_view bytes) {
  const auto step = gate_.step(bytes, second_of(now()));
  if (step.refused) {
    refuse(step.code, step.reason);
    return {};
  }
  if (!in_message_) {
    in_message_ = true;
    message_due_ = now() + options().body_timeout;
  }
  codec().feed(bytes.substr(0, step.size));
  if (gate_.between_messages())
    in_message_ = false;
  if (broken_)
    refuse(websocket_close::invalid_payload, "the compressed bytes of a message are malformed");
  return bytes.substr(step.size);
}

/// What comes between our close frame and the peer's is of no interest, but where it ends is.
std::string_view websocket_port::process_closing(std::string_view bytes) {
  const auto step = gate_.step(bytes, second_of(now()));
  if (step.refused)
    end_with(phase::lingering, end_);
  else if (step.frame_end && step.opcode == protocol::websocket_opcode::close)
    end_with(phase::ending, end_);
  return bytes.substr(step.size);
}

void websocket_port::drop(std::size_t bytes) {
  if (phase_ != phase::lingering)
    return;
  if (bytes > linger_left_)
    finish(end_);
  else
    linger_left_ -= bytes;
}

// -- the codec --------------------------------------------------------------------------------------

websocket_codec& websocket_port::codec() {
  if (!codec_) {
    codec_ = context_->websockets().take(coding_);
    codec_->attach(this);
  }
  return *codec_;
}

/// The buffer that messages are decoded into is the thread's.
void websocket_port::save_payload() {
  if (!codec_)
    return;
  if (phase_ == phase::open)
    partial_ += codec_->payload();
  codec_->take();
}

/// Between two messages this connection needs no codec.
void websocket_port::let_go() {
  if (codec_ && (phase_ != phase::open || gate_.between_messages()))
    context_->websockets().give_back(std::move(codec_));
}

void websocket_port::on_payload(bool message_end) {
  const auto payload = codec_->payload();
  if (!message_end) {
    if (coding_.compressed || payload.size() >= much_payload)
      save_payload();
    return;
  }
  auto text = payload;
  if (!partial_.empty()) {
    partial_ += payload;
    text = partial_;
  }
  codec_->take();
  // Where the last frame is empty, Beast does not look whether the text ends within a character.
  if (gate_.frame_bytes() == 0 && !protocol::is_utf8(text))
    refuse(websocket_close::invalid_payload, {});
  else if (phase_ == phase::open)
    user_.on_message(text);
  release(partial_);
}

void websocket_port::on_end(websocket_end how, std::uint16_t received, std::uint16_t sent) {
  if (received != 0)
    context_->observer().close_received(received);
  if (sent != 0)
    context_->observer().close_sent(sent);
  switch (how) {
  case websocket_end::closed:
    end_with(phase::ending, connection_end::client_closed);
    break;
  case websocket_end::failed:
    end_with(phase::lingering, connection_end::refused);
    break;
  case websocket_end::broken:
    broken_ = true;
    break;
  }
}

// -- the end ----------------------------------------------------------------------------------------

void websocket_port::send_close(websocket_close code, std::string_view reason) {
  if (broken_)
    codec_.reset();
  codec().write_close(code, reason);
  context_->observer().close_sent(static_cast<std::uint16_t>(code));
  if (!processing_)
    let_go();
}

void websocket_port::refuse(websocket_close code, std::string_view reason) {
  send_close(code, reason);
  end_with(phase::lingering, connection_end::refused);
}

void websocket_port::close(port_close why, connection_end end) {
  if (phase_ != phase::open)
    return;
  switch (why) {
  case port_close::normal:
    send_close(websocket_close::normal, {});
    break;
  case port_close::going_away:
    send_close(websocket_close::going_away, "the server is shutting down");
    break;
  case port_close::policy:
    send_close(websocket_close::policy, "too much was sent, or too little");
    break;
  case port_close::failed:
    send_close(websocket_close::internal_error, "the server has a defect; its log tells more");
    break;
  }
  end_with(phase::closing, end);
  if (!processing_) {
    let_go();
    release(partial_);
    process(std::exchange(kept_, {}));
  }
}

void websocket_port::end_with(phase how, connection_end why) {
  phase_ = how;
  end_ = why;
  ending_due_ = now() + options().websocket.close_timeout;
  linger_left_ = options().max_linger_bytes;
}

void websocket_port::finish(connection_end why) {
  if (phase_ == phase::closed)
    return;
  abort();
  user_.on_closed(why);
}

void websocket_port::abort() noexcept {
  phase_ = phase::closed;
  stream_.close();
  output_.clear();
  if (!processing_)
    codec_.reset();
}

// -- time -------------------------------------------------------------------------------------------

time_point websocket_port::deadline() const noexcept {
  if (phase_ == phase::closed)
    return time_point::max();
  auto due = phase_ != phase::open ? ending_due_
             : awaits_pong_        ? pinged_ + options().websocket.pong_timeout
                                   : last_received_ + options().websocket.ping_interval;
  if (output_)
    due = std::min(due, output_.deadline());
  if (phase_ == phase::open && in_message_)
    due = std::min(due, message_due_);
  return due;
}

void websocket_port::on_time(time_point now) {
  const auto& own = options().websocket;
  if (output_ && now >= output_.deadline()) {
    finish(connection_end::write_timeout);
  } else if (phase_ != phase::open) {
    if (now >= ending_due_)
      finish(end_);
  } else if (!wants_input()) { // silence is our doing
    last_received_ = now;
    message_due_ = now + options().body_timeout;
    awaits_pong_ = false;
  } else if (in_message_ && now >= message_due_) {
    refuse(websocket_close::policy, "a message did not arrive in time");
  } else if (awaits_pong_ && now >= pinged_ + own.pong_timeout) {
    finish(connection_end::keep_alive_timeout);
  } else if (!awaits_pong_ && now >= last_received_ + own.ping_interval) {
    codec().write_ping();
    let_go();
    pinged_ = now;
    awaits_pong_ = true;
  }
}

} // namespace troupe::net
