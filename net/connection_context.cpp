#include "troupe/net/connection_context.hpp"

#include <ctime>
#include <utility>

namespace troupe::net {

namespace {

/// Receiving requests beyond this number make their own parser.
constexpr std::size_t max_spare = 16;
/// What a buffer may keep for the next request; larger ones are given back to the system.
constexpr std::size_t max_spare_bytes = 96 * 1024;

} // namespace

connection_context::connection_context(asio::io_context& loop, shard_state_ptr shard,
                                       std::shared_ptr<const connection_options> options,
                                       connection_observer& observer)
    : loop_(loop),
      shard_(std::move(shard)),
      options_(std::move(options)),
      observer_(observer),
      read_buffer_(new char[read_bytes]) {
  spare_.reserve(max_spare);
  write_buffer_.reserve(max_spare_bytes);
}

std::unique_ptr<inbound> connection_context::take_inbound() {
  if (spare_.empty())
    return std::make_unique<inbound>(options_->head, options_->endpoint.max_body_bytes);
  auto result = std::move(spare_.back());
  spare_.pop_back();
  return result;
}

void connection_context::give_back(std::unique_ptr<inbound> used) noexcept {
  if (spare_.size() == max_spare || used->kept.capacity() > max_spare_bytes)
    return;
  used->kept.clear();
  spare_.push_back(std::move(used));
}

websocket_pool& connection_context::websockets() {
  if (!websockets_) {
    const auto& own = options_->websocket;
    websockets_ = std::make_unique<websocket_pool>(
        loop_,
        websocket_codec_options{own.max_message_bytes != 0
                                    ? own.max_message_bytes
                                    : static_cast<std::size_t>(options_->endpoint.max_body_bytes),
                                own.compression_memory_level, own.compression_from_bytes});
  }
  return *websockets_;
}

std::string_view connection_context::date() {
  const std::int64_t second = std::time(nullptr);
  if (second != date_second_) {
    date_second_ = second;
    date_ = protocol::format_http_date(second);
  }
  return date_.text();
}

} // namespace troupe::net
