#include "troupe/net/websocket_codec.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/beast/core/buffer_traits.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket.hpp>

#include "troupe/net/stored_completion.hpp"

namespace troupe::net {

namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;

namespace {

constexpr std::size_t payload_bytes = 64 * 1024;

/// Beast 1.81 reports an error when the decompressed bytes of a message fill the buffer that they
/// are read into; so that buffer is always larger than any message.
constexpr std::size_t inflate_margin = 64;

constexpr std::size_t max_spare = 8;

/// Beast's operations with our handlers; asserted where they are stored.
constexpr std::size_t max_operation_bytes = 1024;

} // namespace

/// What Beast takes for the connection below it.
class memory_stream {
public:
  using executor_type = asio::io_context::executor_type;
  using stored = stored_completion<max_operation_bytes>;

  explicit memory_stream(asio::io_context& loop) noexcept : loop_(loop) {}

  executor_type get_executor() const noexcept { return loop_.get_executor(); }

  template<class Buffers, class Handler>
  auto async_read_some(const Buffers& into, Handler&& handler) {
    return asio::async_initiate<Handler, void(error_code, std::size_t)>(
        [this](auto&& completion, const Buffers& buffers) {
          into_.clear();
          for (auto each = asio::buffer_sequence_begin(buffers);
               each != asio::buffer_sequence_end(buffers); ++each)
            into_.push_back(asio::mutable_buffer{*each});
          read_.store(std::forward<decltype(completion)>(completion));
        },
        handler, into);
  }

  template<class Buffers, class Handler>
  auto async_write_some(const Buffers& from, Handler&& handler) {
    return asio::async_initiate<Handler, void(error_code, std::size_t)>(
        [this](auto&& completion, const Buffers& buffers) {
          error_code none;
          written_ = write_some(buffers, none);
          write_.store(std::forward<decltype(completion)>(completion));
        },
        handler, from);
  }

  template<class Buffers>
  std::size_t write_some(const Buffers& from, error_code& error) {
    error = {};
    std::size_t size = 0;
    for (auto each = asio::buffer_sequence_begin(from); each != asio::buffer_sequence_end(from);
         ++each) {
      const asio::const_buffer piece{*each};
      size += piece.size();
      if (user_ != nullptr && piece.size() > 0)
        user_->on_output(piece);
    }
    return size;
  }
  template<class Buffers>
  std::size_t write_some(const Buffers& from) {
    error_code none;
    return write_some(from, none);
  }

  /// Only Beast's blocking close() reads this way, for the peer's close frame, which the connection
  /// waits for by itself.
  template<class Buffers>
  std::size_t read_some(const Buffers&, error_code& error) {
    error = asio::error::would_block;
    return 0;
  }
  template<class Buffers>
  std::size_t read_some(const Buffers&) {
    return 0;
  }

  friend void beast_close_socket(memory_stream&) {}
  friend void teardown(beast::role_type, memory_stream&, error_code& error) { error = {}; }
  template<class Handler>
  friend void async_teardown(beast::role_type, memory_stream& stream, Handler&& handler) {
    stream.written_ = 0;
    stream.write_.store([handler = std::forward<Handler>(handler)](
                            error_code error, std::size_t) mutable { handler(error); });
  }

  std::size_t wanted() const noexcept { return beast::buffer_bytes(into_); }
  bool is_reading() const noexcept { return bool{read_}; }

  /// Completes the pending read with a part of `bytes`, and what is written because of it.
  std::size_t complete_read(std::string_view bytes) {
    const auto size = asio::buffer_copy(into_, asio::buffer(bytes));
    read_.complete({}, size);
    while (write_)
      write_.complete({}, written_);
    return size;
  }

  void attach(websocket_codec::user* whom) noexcept { user_ = whom; }
  websocket_codec::user& user() noexcept { return *user_; }

  void drop() noexcept {
    read_.drop();
    write_.drop();
  }

private:
  asio::io_context& loop_;
  websocket_codec::user* user_ = nullptr;
  std::vector<asio::mutable_buffer> into_;
  std::size_t written_ = 0;
  stored read_;
  stored write_;
};

class websocket_codec::impl : public std::enable_shared_from_this<impl> {
public:
  impl(asio::io_context& loop, const websocket_coding& coding,
       const websocket_codec_options& options, asio::mutable_buffer payload)
      : coding_(coding), payload_(payload), stream_(loop) {
    stream_.auto_fragment(false);
    stream_.text(true);
    stream_.read_message_max(options.max_message_bytes);
    if (coding.compressed)
      compress(options);
  }

  ~impl() { memory().drop(); }

  /// As if a client had asked for just what was agreed on; the answer goes nowhere.
  void open() {
    beast::http::request<beast::http::empty_body> request{beast::http::verb::get, "/", 11};
    request.set(beast::http::field::host, "localhost");
    request.set(beast::http::field::connection, "upgrade");
    request.set(beast::http::field::upgrade, "websocket");
    request.set(beast::http::field::sec_websocket_version, "13");
    request.set(beast::http::field::sec_websocket_key, "AAAAAAAAAAAAAAAAAAAAAA==");
    if (coding_.compressed)
      request.set(beast::http::field::sec_websocket_extensions,
                  "permessage-deflate; client_max_window_bits");
    error_code error;
    stream_.accept(request, error);
    read();
    whole_ = memory().wanted();
  }

  void feed(std::string_view bytes) {
    while (!bytes.empty() && !ended_) {
      bytes.remove_prefix(memory().complete_read(bytes));
      if (std::exchange(has_read_, false))
        on_read();
      else if (!memory().is_reading())
        end(websocket_end::broken); // an operation went to the loop, where nobody expects it
    }
  }

  void write_text(std::string_view message) {
    error_code error;
    stream_.write(asio::buffer(message), error);
    ended_ |= bool{error};
  }

  void write_ping() {
    error_code error;
    stream_.ping({}, error);
    ended_ |= bool{error};
  }

  void write_close(protocol::websocket_close code, std::string_view reason) {
    ended_ = true;
    memory().drop();
    error_code ignored; // that no answer can be read
    stream_.close({static_cast<websocket::close_code>(code), {reason.data(), reason.size()}},
                  ignored);
  }

  bool reusable() const noexcept {
    const auto& memory = stream_.next_layer();
    return !ended_ && used_ == 0 && memory.is_reading() && memory.wanted() == whole_ &&
           stream_.is_message_done();
  }

  const websocket_coding& coding() const noexcept { return coding_; }
  memory_stream& memory() noexcept { return stream_.next_layer(); }
  std::string_view payload() const noexcept {
    return {static_cast<const char*>(payload_.data()), used_};
  }
  void take() noexcept { used_ = 0; }

private:
  void compress(const websocket_codec_options& options) {
    websocket::permessage_deflate agreed;
    agreed.server_enable = true;
    agreed.server_max_window_bits = coding_.server_window_bits;
    agreed.client_max_window_bits = coding_.client_window_bits;
    agreed.server_no_context_takeover = agreed.client_no_context_takeover = true;
    agreed.memLevel = options.memory_level;
    agreed.msg_size_threshold = options.compress_from_bytes;
    stream_.set_option(agreed);
  }

  void read() {
    reading_at_ = used_;
    stream_.async_read_some(payload_ + used_,
                            [alive = weak_from_this()](error_code error, std::size_t size) {
                              if (const auto self = alive.lock()) {
                                self->has_read_ = true;
                                self->error_ = error;
                                self->size_ = size;
                              }
                            });
  }

  void on_read() {
    if (error_) {
      end(error_ == websocket::error::closed ? websocket_end::closed
          : error_is_of_frames()             ? websocket_end::failed
                                             : websocket_end::broken);
      return;
    }
    auto* const begin = static_cast<char*>(payload_.data());
    if (reading_at_ != used_) // what was there before has been taken meanwhile
      std::memmove(begin + used_, begin + reading_at_, size_);
    used_ += size_;
    const bool whole = stream_.is_message_done();
    if (size_ > 0 || whole)
      memory().user().on_payload(whole);
    if (!ended_)
      read();
  }

  /// Beast answers what is wrong with a frame by itself; what is wrong with compressed bytes, not.
  bool error_is_of_frames() const noexcept {
    return error_ == websocket::condition::protocol_violation ||
           error_ == websocket::error::message_too_big ||
           error_ == websocket::error::bad_frame_payload;
  }

  void end(websocket_end how) {
    constexpr std::uint16_t no_status = websocket::close_code::no_status;
    ended_ = true;
    auto& user = memory().user();
    if (how == websocket_end::closed) {
      const std::uint16_t received = stream_.reason().code;
      constexpr std::uint16_t normal = websocket::close_code::normal;
      user.on_end(how, received != 0 ? received : no_status, received != 0 ? received : normal);
    } else {
      user.on_end(how, 0, how == websocket_end::failed ? code_of(error_) : 0);
    }
  }

  /// As Beast chooses it.
  static std::uint16_t code_of(const error_code& error) noexcept {
    if (error == websocket::error::message_too_big)
      return websocket::close_code::too_big;
    if (error == websocket::error::bad_frame_payload)
      return websocket::close_code::bad_payload;
    return websocket::close_code::protocol_error;
  }

  const websocket_coding coding_;
  asio::mutable_buffer payload_;
  std::size_t used_ = 0;       ///< of it
  std::size_t reading_at_ = 0; ///< where the pending read writes
  std::size_t whole_ = 0;      ///< what Beast asks for when it has nothing
  std::size_t size_ = 0;
  error_code error_;
  bool has_read_ = false;
  bool ended_ = false;
  websocket::stream<memory_stream> stream_;
};

websocket_codec::websocket_codec(asio::io_context& loop, const websocket_coding& coding,
                                 const websocket_codec_options& options,
                                 asio::mutable_buffer payload)
    : impl_(std::make_shared<impl>(loop, coding, options, payload)) {
  impl_->open();
}

websocket_codec::~websocket_codec() = default;

const websocket_coding& websocket_codec::coding() const noexcept {
  return impl_->coding();
}

void websocket_codec::attach(user* whom) noexcept {
  impl_->memory().attach(whom);
}

void websocket_codec::feed(std::string_view bytes) {
  const auto alive = impl_; // what is fed may be the end of this
  alive->feed(bytes);
}

std::string_view websocket_codec::payload() const noexcept {
  return impl_->payload();
}

void websocket_codec::take() noexcept {
  impl_->take();
}

void websocket_codec::write_text(std::string_view message) {
  impl_->write_text(message);
}

void websocket_codec::write_ping() {
  impl_->write_ping();
}

void websocket_codec::write_close(protocol::websocket_close code, std::string_view reason) {
  impl_->write_close(code, reason);
}

bool websocket_codec::reusable() const noexcept {
  return impl_->reusable();
}

// -- the pool ---------------------------------------------------------------------------------------

websocket_pool::websocket_pool(asio::io_context& loop, const websocket_codec_options& options)
    : loop_(loop), options_(options) {
  spare_.reserve(max_spare);
}

websocket_codec_ptr websocket_pool::take(const websocket_coding& coding) {
  const auto found = std::find_if(spare_.rbegin(), spare_.rend(),
                                  [&](const auto& each) { return each->coding() == coding; });
  if (found == spare_.rend())
    return std::make_unique<websocket_codec>(loop_, coding, options_, payload_for(coding));
  auto result = std::move(*found);
  spare_.erase(std::next(found).base());
  return result;
}

void websocket_pool::give_back(websocket_codec_ptr used) noexcept {
  used->attach(nullptr);
  if (!used->reusable())
    return;
  if (spare_.size() == max_spare)
    spare_.erase(spare_.begin());
  spare_.push_back(std::move(used));
}

asio::mutable_buffer websocket_pool::payload_for(const websocket_coding& coding) {
  auto& buffer = coding.compressed ? inflated_ : payload_;
  const auto size = coding.compressed ? options_.max_message_bytes + inflate_margin : payload_bytes;
  if (!buffer)
    buffer.reset(new char[size]); // untouched pages cost nothing
  return {buffer.get(), size};
}

} // namespace troupe::net
