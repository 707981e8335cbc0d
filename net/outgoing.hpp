#pragma once

// What a connection has to write. As a rule that is the thread's write buffer, which goes out in one
// call at the end of the activation; what the peer does not take then, and what is too large to be
// copied, goes into a queue of the connection's own, which exists only while something is in it.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/buffer.hpp>

#include "troupe/net/connection_context.hpp"
#include "troupe/net/output_queue.hpp"
#include "troupe/net/socket.hpp"

namespace troupe::net {

class outgoing {
public:
  /// `context` outlives it.
  explicit outgoing(connection_context& context) noexcept : context_(context) {}

  /// Whether something waits for the peer in the queue.
  explicit operator bool() const noexcept { return queue_ != nullptr; }

  /// What this activation has written so far.
  std::string& fresh() const noexcept { return context_.write_buffer(); }
  /// Fresh, and in the queue.
  std::size_t bytes() const noexcept { return fresh().size() + (queue_ ? queue_->bytes() : 0); }
  /// When the peer must have taken something; only if something waits for it.
  time_point deadline() const noexcept { return queue_->deadline; }

  /// Behind what is fresh.
  template<class Large>
  void append(Large&& large) {
    keep_fresh();
    queue_->append(std::forward<Large>(large));
  }
  /// Into the queue with what is fresh, so that more can follow there.
  void keep_fresh();

  /// Writes what there is, at the end of an activation; behind a queue only if the stream is not waited
  /// for already. An error is one that ends the connection, here and below.
  template<class Stream>
  void flush(Stream& stream, bool is_waited_for, error_code& error) {
    if (queue_) {
      keep_fresh();
      if (!is_waited_for)
        write_queue(stream, error);
    } else if (!fresh().empty()) {
      write_fresh(stream, error);
    }
  }

  /// Goes on with the queue, which something must be in, as far as the peer takes it.
  template<class Stream>
  void write_queue(Stream& stream, error_code& error) {
    for (int i = 0; i < max_writes && !queue_->empty(); ++i) {
      const auto written = write(stream, queue_->gather(), error);
      if (written == 0)
        return;
      queue_->consume(written);
      queue_->deadline = next_deadline();
    }
    if (queue_->empty())
      queue_ = nullptr;
  }

  void clear_fresh() const noexcept;
  void clear() noexcept {
    fresh().clear();
    queue_ = nullptr;
  }

private:
  /// Writes in a row to one peer that takes everything, before others get their turn.
  static constexpr int max_writes = 8;

  /// The usual case: all is taken. Keeps the rest.
  template<class Stream>
  void write_fresh(Stream& stream, error_code& error) {
    const auto written = write(stream, asio::const_buffer(asio::buffer(fresh())), error);
    if (!error && written < fresh().size()) {
      fresh().erase(0, written);
      keep_fresh();
    }
    clear_fresh();
  }

  /// 0 with an error, and without if nothing can be taken now.
  template<class Stream, class Bytes>
  std::size_t write(Stream& stream, const Bytes& bytes, error_code& error) {
    const auto written = stream.write(bytes, error);
    if (is_would_block(error))
      error = {};
    else if (!error)
      context_.observer().bytes_sent(written);
    return written;
  }
  time_point next_deadline() const noexcept {
    return context_.shard().timers.now() + context_.options().write_timeout;
  }

  connection_context& context_;
  std::unique_ptr<output_queue> queue_; ///< null unless the peer is slow
};

} // namespace troupe::net
