#include "troupe/net/connection_context.hpp"

#include <ctime>
#include <utility>

namespace troupe::net {

namespace {

/// Receiving requests beyond this number make their own parser.
constexpr std::size_t max_spare = 16;
/// What a buffer may keep for the next request; larger ones are given back to the system.
constexpr std::size_t max_spare_bytes = 64 * 1024;

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
  used->parser.reset();
  spare_.push_back(std::move(used));
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
