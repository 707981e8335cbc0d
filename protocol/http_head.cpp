#include "troupe/protocol/http_head.hpp"

#include <cstring>
#include <type_traits>

namespace troupe::protocol {

namespace {

/// A lower-case name to compare with, several bytes at once. A letter equals its pattern when it does
/// so with bit 0x20 set; every other byte must be the same, so nothing but case is folded.
template<std::size_t Size>
class named {
public:
  consteval named(const char (&name)[Size + 1], known_header header) : header_(header) {
    for (std::size_t i = 0; i < Size; ++i) {
      bytes_[i] = name[i];
      fold_[i] = name[i] >= 'a' && name[i] <= 'z' ? 0x20 : 0;
    }
  }

  known_header header() const noexcept { return header_; }

  bool matches(const char* name) const noexcept {
    using word = std::conditional_t<(Size < 8), std::uint32_t, std::uint64_t>;
    static_assert(Size >= sizeof(word));
    for (std::size_t at = 0; at + sizeof(word) <= Size; at += sizeof(word))
      if (differs<word>(name, at))
        return false;
    return !differs<word>(name, Size - sizeof(word)); // overlaps the last whole word
  }

private:
  template<class Word>
  bool differs(const char* name, std::size_t at) const noexcept {
    return (load<Word>(name + at) | load<Word>(fold_.data() + at)) !=
           load<Word>(bytes_.data() + at);
  }

  template<class Word>
  static Word load(const char* from) noexcept {
    Word word;
    std::memcpy(&word, from, sizeof word);
    return word;
  }

  std::array<char, Size> bytes_{};
  std::array<char, Size> fold_{};
  known_header header_;
};

template<std::size_t Size>
named(const char (&)[Size], known_header) -> named<Size - 1>;

template<class... Candidates>
std::optional<known_header> pick(std::string_view name, const Candidates&... candidates) noexcept {
  std::optional<known_header> result;
  static_cast<void>(
      ((candidates.matches(name.data()) && (result = candidates.header(), true)) || ...));
  return result;
}

} // namespace

http_method find_http_method(std::string_view name) noexcept {
  switch (name.size()) {
  case 3:
    return name == "GET" ? http_method::get : http_method::other;
  case 4:
    if (name == "POST")
      return http_method::post;
    return name == "HEAD" ? http_method::head : http_method::other;
  case 6:
    return name == "DELETE" ? http_method::delete_ : http_method::other;
  case 7:
    return name == "OPTIONS" ? http_method::options : http_method::other;
  default:
    return http_method::other;
  }
}

std::optional<known_header> find_known_header(std::string_view name) noexcept {
  using enum known_header;
  switch (name.size()) {
  case 4:
    return pick(name, named{"host", host});
  case 6:
    return pick(name, named{"accept", accept}, named{"origin", origin}, named{"expect", expect});
  case 7:
    return pick(name, named{"upgrade", upgrade}, named{"baggage", baggage});
  case 8:
    return pick(name, named{"mcp-name", mcp_name});
  case 10:
    return pick(name, named{"user-agent", user_agent}, named{"connection", connection},
                named{"mcp-method", mcp_method}, named{"tracestate", tracestate});
  case 11:
    return pick(name, named{"traceparent", traceparent});
  case 12:
    return pick(name, named{"content-type", content_type});
  case 13:
    return pick(name, named{"authorization", authorization}, named{"last-event-id", last_event_id});
  case 14:
    return pick(name, named{"content-length", content_length},
                named{"mcp-session-id", mcp_session_id});
  case 17:
    return pick(name, named{"transfer-encoding", transfer_encoding},
                named{"sec-websocket-key", sec_websocket_key});
  case 20:
    return pick(name, named{"mcp-protocol-version", mcp_protocol_version});
  case 21:
    return pick(name, named{"sec-websocket-version", sec_websocket_version});
  case 22:
    return pick(name, named{"sec-websocket-protocol", sec_websocket_protocol});
  case 24:
    return pick(name, named{"sec-websocket-extensions", sec_websocket_extensions});
  case 29:
    return pick(name, named{"access-control-request-method", access_control_request_method});
  case 30:
    return pick(name, named{"access-control-request-headers", access_control_request_headers});
  default:
    return std::nullopt;
  }
}

bool must_be_single(known_header header) noexcept {
  switch (header) {
  case known_header::accept:
  case known_header::baggage:
  case known_header::connection:
  case known_header::sec_websocket_extensions:
  case known_header::traceparent:
  case known_header::tracestate:
  case known_header::upgrade:
  case known_header::user_agent:
    return false;
  default:
    return true;
  }
}

std::string_view http_head::path() const noexcept {
  const auto text = target();
  const auto result = text.substr(0, text.find('?'));
  return result.empty() ? std::string_view{"/"} : result;
}

std::string_view http_head::query() const noexcept {
  const auto text = target();
  const auto mark = text.find('?');
  return mark == std::string_view::npos ? std::string_view{} : text.substr(mark + 1);
}

} // namespace troupe::protocol
