#include "troupe/net/line_port.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <boost/asio/post.hpp>

#include "troupe/net/outgoing.hpp"
#include "troupe/protocol/line_splitter.hpp"
#include "troupe/protocol/rpc_error.hpp"

namespace troupe::net {

namespace {

/// Reads in a row of one large message, before other connections get their turn.
constexpr int max_reads = 4;
/// Messages in a row, before who is to answer them gets a turn: what they ask for is then counted.
constexpr int max_messages = 64;

template<class Stream>
class line_port final : public message_port {
public:
  line_port(user& user, connection_context_ptr context, Stream stream, line_port_options options)
      : user_(user),
        context_(std::move(context)),
        stream_(std::move(stream)),
        settings_(std::move(options)),
        output_(*context_),
        lines_(static_cast<std::size_t>(context_->options().endpoint.max_body_bytes)) {}

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
  time_point now() const noexcept { return context_->shard().timers.now(); }
  std::string& out() const noexcept { return output_.fresh(); }
  /// A handler for the loop: `step` in an activation of the user.
  template<class Step>
  auto activation(Step step);
  void wait();
  void watch_peer();
  void read();
  void pass_on();
  void write_queue();
  void end(connection_end why);

  user& user_;
  connection_context_ptr context_;
  Stream stream_;
  line_port_options settings_;
  outgoing output_;
  protocol::line_splitter lines_;
  time_point line_deadline_ = time_point::max();
  connection_end end_ = connection_end::failed;
  bool reading_ = false; ///< the stream is waited for
  bool writing_ = false;
  bool posted_ = false;  ///< comes back to lines that are there
  bool pending_ = false; ///< there are such lines, or there may be
  bool held_ = false;
  bool eof_ = false;
  bool told_eof_ = false;
  bool closing_ = false;
  bool over_ = false;
};

template<class Stream>
template<class Step>
auto line_port<Stream>::activation(Step step) {
  return [this, step, self = user_.keep_alive()](error_code error) {
    user_.activate([&] { step(error); });
  };
}

template<class Stream>
void line_port<Stream>::start() {
  error_code error;
  stream_.make_non_blocking(error);
  if (error) {
    end(connection_end::failed);
    return;
  }
  watch_peer();
}

/// Nobody reads any more, although nothing is being written: what the peer has asked for is cancelled.
/// One that has closed only its own direction still gets it.
template<class Stream>
void line_port<Stream>::watch_peer() {
  stream_.wait_lost(activation([this](error_code error) {
    if (!error)
      end(connection_end::client_lost);
  }));
}

// -- input ------------------------------------------------------------------------------------------

/// What has to come next from outside.
template<class Stream>
void line_port<Stream>::wait() {
  if (over_)
    return;
  if (output_ && !writing_) {
    writing_ = true;
    stream_.wait_write(activation([this](error_code error) {
      writing_ = false;
      if (error)
        end(connection_end::failed);
      else if (output_)
        write_queue();
    }));
  }
  if (held_ || closing_)
    return;
  if (pending_) {
    if (!std::exchange(posted_, true))
      asio::post(context_->loop(), [go_on = activation([this](error_code) {
                                      posted_ = false;
                                      pass_on();
                                    })] { go_on({}); });
  } else if (!eof_ && !reading_) {
    reading_ = true;
    stream_.wait_read(activation([this](error_code error) {
      reading_ = false;
      if (error)
        end(connection_end::failed);
      else
        read();
    }));
  }
}

template<class Stream>
void line_port<Stream>::read() {
  for (int i = 0; i < max_reads && !held_ && !pending_ && !closing_ && !over_; ++i) {
    error_code error;
    const auto size =
        stream_.read(asio::buffer(context_->read_buffer(), connection_context::read_bytes), error);
    if (is_would_block(error))
      return;
    if (error && error != asio::error::eof) {
      end(connection_end::client_lost);
      return;
    }
    eof_ = error == asio::error::eof;
    context_->observer().bytes_received(size);
    lines_.take({context_->read_buffer(), size});
    pass_on();
    if (eof_ || size < connection_context::read_bytes)
      return;
  }
}

template<class Stream>
void line_port<Stream>::pass_on() {
  pending_ = true;
  for (int i = 0; i < max_messages && !held_ && !closing_ && !over_; ++i) {
    auto line = lines_.next();
    if (!line && eof_)
      line = lines_.finish();
    if (!line) {
      pending_ = false;
      break;
    }
    if (line->too_long)
      user_.on_bad_message(protocol::error_code::invalid_request,
                           "the message is larger than this server takes (limits.max_body_bytes)");
    else
      user_.on_message(line->text);
  }
  if (over_)
    return;
  lines_.keep();
  if (!lines_.has_part() || pending_)
    line_deadline_ = time_point::max();
  else if (settings_.line_timeout && line_deadline_ == time_point::max())
    line_deadline_ = now() + *settings_.line_timeout;
  if (eof_ && !pending_ && !held_ && !std::exchange(told_eof_, true)) {
    user_.on_input_end();
    if (settings_.on_input_end)
      settings_.on_input_end();
  }
}

template<class Stream>
void line_port<Stream>::hold_input(bool hold) {
  held_ = hold;
  if (eof_ && !told_eof_)
    pending_ = true; // the end is still to be told
  wait();
}

// -- output -----------------------------------------------------------------------------------------

template<class Stream>
void line_port<Stream>::send(std::string_view message) {
  out() += message;
  out() += '\n';
}

template<class Stream>
void line_port<Stream>::send(const frame_ptr& message) {
  if (message->json().size() >= frame::large_bytes) {
    output_.append(message);
    out() += '\n';
  } else {
    send(std::string_view{message->json()});
  }
}

template<class Stream>
void line_port<Stream>::flush() {
  if (over_)
    return;
  error_code error;
  output_.flush(stream_, writing_, error);
  if (error)
    end(connection_end::client_lost);
  if (closing_ && !output_)
    end(end_);
  wait();
}

template<class Stream>
void line_port<Stream>::write_queue() {
  error_code error;
  output_.write_queue(stream_, error);
  if (error)
    end(connection_end::client_lost);
}

// -- time and the end -------------------------------------------------------------------------------

template<class Stream>
time_point line_port<Stream>::deadline() const noexcept {
  return output_ ? std::min(output_.deadline(), line_deadline_) : line_deadline_;
}

template<class Stream>
void line_port<Stream>::on_time(time_point now) {
  if (output_ && now >= output_.deadline())
    end(connection_end::write_timeout);
  else if (now >= line_deadline_)
    end(connection_end::body_timeout);
}

template<class Stream>
void line_port<Stream>::close(port_close, connection_end end) {
  closing_ = true;
  end_ = end; // flush() follows
  line_deadline_ = time_point::max();
}

template<class Stream>
void line_port<Stream>::end(connection_end why) {
  if (!std::exchange(over_, true))
    user_.on_closed(why);
}

template<class Stream>
void line_port<Stream>::abort() noexcept {
  over_ = true;
  output_.clear();
  stream_.close();
}

} // namespace

std::unique_ptr<message_port> make_line_port(message_port::user& user,
                                             connection_context_ptr context, byte_stream stream,
                                             line_port_options options) {
  return std::make_unique<line_port<byte_stream>>(user, std::move(context), std::move(stream),
                                                  std::move(options));
}

std::unique_ptr<message_port> make_line_port(message_port::user& user,
                                             connection_context_ptr context, stdio_stream stream,
                                             line_port_options options) {
  return std::make_unique<line_port<stdio_stream>>(user, std::move(context), std::move(stream),
                                                   std::move(options));
}

} // namespace troupe::net
