#pragma once

// What all connections of one I/O thread share: the shard's state, options, and the buffers that
// only a request in progress needs. A connection that waits for its next request owns no buffer at
// all; that is what makes it small. Created by the shard, lives on its thread, without locks.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "troupe/actors/shard_state.hpp"
#include "troupe/net/connection_observer.hpp"
#include "troupe/net/connection_options.hpp"
#include "troupe/net/inbound.hpp"
#include "troupe/net/socket.hpp"
#include "troupe/net/websocket_codec.hpp"
#include "troupe/protocol/http_date.hpp"

namespace troupe::net {

class connection_context {
public:
  /// Bytes that one read takes at most.
  static constexpr std::size_t read_bytes = 64 * 1024;

  /// `observer` outlives every connection.
  connection_context(asio::io_context& loop, shard_state_ptr shard,
                     std::shared_ptr<const connection_options> options,
                     connection_observer& observer);
  connection_context(const connection_context&) = delete;
  connection_context& operator=(const connection_context&) = delete;

  asio::io_context& loop() noexcept { return loop_; }
  shard_state& shard() noexcept { return *shard_; }
  const shard_state_ptr& shard_ptr() const noexcept { return shard_; }
  const connection_options& options() const noexcept { return *options_; }
  connection_observer& observer() noexcept { return observer_; }

  /// The bytes just read; valid until the next connection reads.
  char* read_buffer() noexcept { return read_buffer_.get(); }

  /// What the running connection is about to send; empty between two activations.
  std::string& write_buffer() noexcept { return write_buffer_; }

  /// A request's parser and buffer: taken at its first byte, given back at its end.
  std::unique_ptr<inbound> take_inbound();
  void give_back(std::unique_ptr<inbound> used) noexcept;

  /// Of WebSockets, likewise.
  websocket_pool& websockets();

  /// The text of `Date`, made anew once a second.
  std::string_view date();

private:
  asio::io_context& loop_;
  shard_state_ptr shard_;
  std::shared_ptr<const connection_options> options_;
  connection_observer& observer_;
  std::unique_ptr<char[]> read_buffer_;
  std::string write_buffer_;
  std::vector<std::unique_ptr<inbound>> spare_;
  std::unique_ptr<websocket_pool> websockets_;
  std::int64_t date_second_ = -1;
  protocol::http_date date_{};
};

using connection_context_ptr = std::shared_ptr<connection_context>;

} // namespace troupe::net
