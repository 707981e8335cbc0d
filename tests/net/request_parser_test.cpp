// Requests found in bytes: in place, split anywhere, with bodies of both kinds, and refused ones.

#define CAF_SUITE request_parser

#include <caf/test/unit_test.hpp>

#include <random>
#include <string>
#include <string_view>

#include "troupe/net/request_parser.hpp"
#include "troupe/net/second_reader.hpp"

using namespace troupe;
using net::parse_state;

namespace {

constexpr std::size_t body_limit = 100;

net::request_parser make_parser() {
  return {protocol::gate_limits{}, body_limit};
}

struct outcome {
  parse_state state = parse_state::need_more;
  std::string body;
  std::size_t used = 0;
  std::uint16_t status = 0;
};

/// Feeds `bytes` in two parts, as a connection does: what is kept moves, the rest is appended.
outcome feed(std::string_view bytes, std::size_t cut) {
  auto parser = make_parser();
  std::string kept{bytes.substr(0, cut)};
  std::size_t given = cut;
  for (;;) {
    switch (parser.parse(kept.data(), kept.size())) {
    case parse_state::head:
      continue;
    case parse_state::complete: {
      const auto behind = kept.size() - parser.end();
      return {parse_state::complete, std::string{parser.body()}, given - behind, 0};
    }
    case parse_state::rejected:
      return {parse_state::rejected, {}, 0, parser.rejection().status};
    case parse_state::need_more:
      if (given == bytes.size())
        return {};
      kept.resize(parser.kept());
      kept = std::string{kept} + std::string{bytes.substr(cut)};
      given = bytes.size();
    }
  }
}

/// The same at every cut.
outcome feed_everywhere(std::string_view bytes) {
  const auto whole = feed(bytes, bytes.size());
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    const auto split = feed(bytes, cut);
    CAF_CHECK(split.state == whole.state);
    CAF_CHECK_EQUAL(split.body, whole.body);
    CAF_CHECK_EQUAL(split.used, whole.used);
    CAF_CHECK_EQUAL(split.status, whole.status);
  }
  return whole;
}

std::string head(std::string_view fields) {
  return "POST /mcp HTTP/1.1\r\nHost: localhost\r\n" + std::string{fields} + "\r\n";
}

} // namespace

CAF_TEST(a_sized_body_ends_where_its_length_says) {
  const auto bytes = head("Content-Length: 5\r\n") + "helloGET /";
  const auto result = feed_everywhere(bytes);
  CAF_CHECK(result.state == parse_state::complete);
  CAF_CHECK_EQUAL(result.body, "hello");
  CAF_CHECK_EQUAL(result.used, bytes.size() - 5);
}

CAF_TEST(without_length_there_is_no_body) {
  const auto bytes = head("") + "GET";
  const auto result = feed_everywhere(bytes);
  CAF_CHECK(result.state == parse_state::complete);
  CAF_CHECK_EQUAL(result.body, "");
  CAF_CHECK_EQUAL(result.used, bytes.size() - 3);
}

CAF_TEST(a_chunked_body_is_put_together_in_place) {
  const auto bytes = head("Transfer-Encoding: chunked\r\n") +
                     "5;x=y\r\nhello\r\n1\r\n \r\n5\r\nworld\r\n0\r\n\r\nGET";
  const auto result = feed_everywhere(bytes);
  CAF_CHECK(result.state == parse_state::complete);
  CAF_CHECK_EQUAL(result.body, "hello world");
  CAF_CHECK_EQUAL(result.used, bytes.size() - 3);
}

CAF_TEST(bodies_over_the_limit_are_refused) {
  CAF_CHECK_EQUAL(feed_everywhere(head("Content-Length: 101\r\n")).status, 413u);
  CAF_CHECK_EQUAL(feed_everywhere(head("Transfer-Encoding: chunked\r\n") + "65\r\n").status, 413u);
}

CAF_TEST(trailers_are_refused) {
  CAF_CHECK_EQUAL(
      feed_everywhere(head("Transfer-Encoding: chunked\r\n") + "0\r\nContent-Length: 5\r\n\r\n")
          .status,
      400u);
}

CAF_TEST(heads_that_two_readers_would_read_differently_are_refused) {
  for (const auto* const fields :
       {"Transfer-Encoding: xchunked\r\n", "Transfer-Encoding: gzip\r\n",
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n", "Content-Length: +5\r\n",
        "Content-Length : 5\r\n", "Content-Length: 5\r\n continued\r\n", "A: b\r\nNo colon\r\n",
        "A: b\rc\r\n", "A: b\nContent-Length: 5\r\n"})
    CAF_CHECK(feed_everywhere(head(fields) + "12345").state == parse_state::rejected);
}

CAF_TEST(one_empty_line_before_a_request_is_forgiven) {
  CAF_CHECK(feed_everywhere("\r\n" + head("")).state == parse_state::complete);
}

CAF_TEST(a_parser_serves_one_request_after_the_other) {
  auto parser = make_parser();
  std::string bytes = head("Transfer-Encoding: chunked\r\n") + "1\r\na\r\n0\r\n\r\n" +
                      head("Content-Length: 1\r\n") + "b" + head("Transfer-Encoding: chunked\r\n") +
                      "1\r\nc\r\n0\r\n\r\n";
  auto* at = bytes.data();
  auto size = bytes.size();
  for (const auto* const body : {"a", "b", "c"}) {
    CAF_REQUIRE(parser.parse(at, size) == parse_state::head);
    CAF_REQUIRE(parser.parse(at, size) == parse_state::complete);
    CAF_CHECK_EQUAL(parser.body(), body);
    at += parser.end();
    size -= parser.end();
    parser.reset();
  }
  CAF_CHECK_EQUAL(size, 0u);
}

CAF_TEST(the_head_stays_readable_while_the_body_arrives) {
  auto parser = make_parser();
  std::string bytes = head("Mcp-Session-Id: abc\r\nContent-Length: 4\r\n") + "ab";
  CAF_REQUIRE(parser.parse(bytes.data(), bytes.size()) == parse_state::head);
  CAF_CHECK_EQUAL(parser.expected_bytes(), bytes.size() + 2);
  CAF_REQUIRE(parser.parse(bytes.data(), bytes.size()) == parse_state::need_more);
  std::string moved = bytes + "cd";
  bytes.assign(bytes.size(), '#');
  CAF_REQUIRE(parser.parse(moved.data(), moved.size()) == parse_state::complete);
  CAF_CHECK_EQUAL(parser.head().text(protocol::known_header::mcp_session_id), "abc");
  CAF_CHECK_EQUAL(parser.body(), "abcd");
}

namespace {

/// One small damage, of the kinds that readers of HTTP disagree about.
void damage(std::string& bytes, std::mt19937& random) {
  static constexpr std::string_view parts[] = {"\r\n",
                                               "\n",
                                               "\r",
                                               " ",
                                               "\t",
                                               ":",
                                               ",",
                                               ";",
                                               "0",
                                               "1",
                                               "9",
                                               "+",
                                               "-",
                                               "_",
                                               "\"",
                                               "\\",
                                               "x",
                                               "Content-Length: 5\r\n",
                                               "Content-Length: 05\r\n",
                                               "Transfer-Encoding: chunked\r\n",
                                               "Transfer-Encoding: identity\r\n",
                                               "Connection: close\r\n",
                                               "Host: a\r\n",
                                               "HTTP/1.1",
                                               "HTTP/1.0",
                                               "GET / HTTP/1.1\r\n",
                                               "\r\n\r\n",
                                               "\xe4",
                                               "\x7f",
                                               std::string_view{"\0", 1}};
  const auto at = random() % (bytes.size() + 1);
  switch (random() % 4) {
  case 0:
    bytes.insert(at, parts[random() % std::size(parts)]);
    break;
  case 1:
    bytes.erase(at, 1 + random() % 3);
    break;
  case 2:
    if (at < bytes.size())
      bytes[at] = static_cast<char>(random());
    break;
  default:
    bytes.insert(at, bytes, random() % bytes.size(), random() % 24);
  }
}

} // namespace

CAF_TEST(the_gate_takes_no_head_that_beast_reads_differently) {
  const std::string seeds[] = {
      head("Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n"
           "Mcp-Session-Id: 0123456789\r\nContent-Length: 12\r\n"),
      head("Transfer-Encoding: chunked\r\nConnection: keep-alive\r\n"),
      "GET http://localhost:8000/mcp?x=y HTTP/1.1\r\nHost: localhost:8000\r\nConnection: "
      "Upgrade\r\nUpgrade: websocket\r\n\r\n",
      "DELETE /mcp HTTP/1.0\r\nHost: [::1]:80\r\nContent-Length: 0\r\n\r\n"};
  std::mt19937 random{20261122}; // NOLINT(cert-msc51-cpp): the same in each run
  std::size_t accepted = 0;
  std::size_t differences = 0;
  for (int i = 0; i < 200'000; ++i) {
    auto bytes = seeds[random() % std::size(seeds)];
    for (auto damages = 1 + random() % 3; damages > 0; --damages)
      damage(bytes, random);
    protocol::head_gate gate;
    const auto result = gate.check(bytes);
    if (result.state != protocol::gate_state::complete)
      continue;
    ++accepted;
    const auto head_bytes = std::string_view{bytes}.substr(0, result.head_bytes);
    if (net::ask_second_reader(head_bytes, gate.head()) != net::second_opinion::different)
      continue;
    ++differences;
    CAF_MESSAGE("read differently: " << head_bytes);
  }
  CAF_CHECK_EQUAL(differences, 0u);
  CAF_CHECK(accepted > 10'000);
}
