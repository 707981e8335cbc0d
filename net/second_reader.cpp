#include "troupe/net/second_reader.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/version.hpp>

namespace troupe::net {

namespace {

namespace http = boost::beast::http;
using boost::beast::string_view;
using boost::system::error_code;

/// Beast's reading of a head, of which nothing is stored.
class second_reader final : public http::basic_parser<true> {
public:
  second_opinion read(std::string_view bytes, const protocol::http_head& gate) {
    header_limit(static_cast<std::uint32_t>(bytes.size()) + 1);
    body_limit(boost::none);
    error_code error;
    const auto used = put(boost::asio::buffer(bytes), error);
    if (error)
      return second_opinion::refused;
    if (used != bytes.size() || !is_header_done())
      return second_opinion::different;
    const auto length = content_length();
    const bool same = chunked() == gate.chunked &&
                      length.has_value() == gate.content_length.has_value() &&
                      (!length || *length == *gate.content_length);
    return same ? second_opinion::same : second_opinion::different;
  }

private:
  void on_request_impl(http::verb, string_view, string_view, int, error_code&) override {}
  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_field_impl(http::field, string_view, string_view, error_code&) override {}
#if BOOST_BEAST_VERSION >= 359
  void on_trailer_field_impl(http::field, string_view, string_view, error_code&) override {}
#endif
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view body, error_code&) override {
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code&) override {
    return body.size();
  }
  void on_finish_impl(error_code&) override {}
};

} // namespace

second_opinion ask_second_reader(std::string_view head_bytes, const protocol::http_head& gate) {
  // One empty line in front, which the gate forgives (RFC 9112 §2.2), Beast would not.
  if (head_bytes.starts_with("\r\n"))
    head_bytes.remove_prefix(2);
  return second_reader{}.read(head_bytes, gate);
}

} // namespace troupe::net
