// Event streams over a connection: framing, keep-alive, slow consumers, the end from either side.

#define CAF_SUITE stream

#include "tests/net/connection_fixture.hpp"
#include "troupe/net/output_queue.hpp"
#include "troupe/net/stream_frame.hpp"

using namespace troupe;
using namespace troupe::test;
using net::connection_end;

namespace {

struct fixture : connection_fixture {
  /// A GET whose stream the session has opened; returns the response's head.
  std::string open_stream(peer& client, std::string_view headers = {}) {
    exchange(client, request("GET", "Accept: text/event-stream\r\n" + std::string{headers} +
                                        session_header()));
    CAF_REQUIRE(!log->streams.empty());
    answer(last().transport, stream_begin{last().exchange, {}});
    return client.receive();
  }
  const stream_request& last() const { return log->streams.back(); }
  void event(std::string head, std::string json) {
    answer(last().transport,
           stream_event{last().exchange, std::move(head),
                        json.empty() ? frame_ptr{} : make_frame(std::move(json))});
  }
  ~fixture() override { log->streams.clear(); }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(stream_tests, fixture)

CAF_TEST(a_stream_is_a_chunked_response_of_events) {
  auto client = connect();
  const auto head = open_stream(client);
  CAF_CHECK(head.starts_with("HTTP/1.1 200 OK\r\n"));
  CAF_CHECK(contains(head, "Content-Type: text/event-stream\r\n"));
  CAF_CHECK(contains(head, "Transfer-Encoding: chunked\r\n"));
  CAF_CHECK(contains(head, "Cache-Control: no-cache, no-transform\r\n"));
  CAF_CHECK(contains(head, "X-Accel-Buffering: no\r\n"));
  event("id: 0-1\nretry: 1000\n", "");
  CAF_CHECK_EQUAL(client.receive(), "1c\r\nid: 0-1\nretry: 1000\ndata: \n\n\r\n");
  event("id: 0-2\n", "{}");
  CAF_CHECK_EQUAL(client.receive(), "12\r\nid: 0-2\ndata: {}\n\n\r\n");
  answer(last().transport, stream_end{last().exchange});
  CAF_CHECK_EQUAL(client.receive(), "0\r\n\r\n");
  CAF_CHECK(!client.ended);
  exchange(client, post(ping));
  CAF_CHECK_EQUAL(log->posts.size(), 1u);
}

CAF_TEST(what_the_session_says_at_once_goes_out_in_one_piece) {
  auto client = connect();
  exchange(client, post(ping));
  const auto& post = log->posts.back();
  caf::send_as(session, post.transport, stream_begin{post.exchange, {}});
  caf::send_as(session, post.transport, stream_event{post.exchange, "id: 0-1\n", make_frame("1")});
  caf::send_as(session, post.transport, stream_event{post.exchange, "id: 0-2\n", make_frame("2")});
  caf::send_as(session, post.transport, stream_end{post.exchange});
  settle();
  const auto bytes = client.receive();
  CAF_CHECK(bytes.ends_with(
      "\r\n\r\n11\r\nid: 0-1\ndata: 1\n\n\r\n11\r\nid: 0-2\ndata: 2\n\n\r\n0\r\n\r\n"));
}

CAF_TEST(a_stream_to_http_1_0_is_plain_and_ends_with_the_connection) {
  auto client = connect();
  exchange(client, "GET /mcp HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\nAccept: "
                   "text/event-stream\r\n" +
                       session_header() + "\r\n");
  answer(last().transport, stream_begin{last().exchange, {}});
  CAF_CHECK(!contains(client.receive(), "chunked"));
  event("", "{}");
  CAF_CHECK_EQUAL(client.receive(), "data: {}\n\n");
  answer(last().transport, stream_end{last().exchange});
  client.receive();
  CAF_CHECK(client.ended);
}

CAF_TEST(last_event_id_asks_for_the_rest_of_a_stream) {
  auto client = connect();
  open_stream(client, "Last-Event-ID: 3-17\r\n");
  CAF_REQUIRE(last().last_event);
  CAF_CHECK_EQUAL(last().last_event->stream, 3u);
  CAF_CHECK_EQUAL(last().last_event->sequence, 17u);
  auto other = connect();
  CAF_CHECK(exchange(other, request("GET", "Accept: text/event-stream\r\nLast-Event-ID: x\r\n" +
                                               session_header()))
                .starts_with("HTTP/1.1 400 Bad Request\r\n"));
}

CAF_TEST(a_silent_stream_carries_a_comment_every_15_seconds) {
  auto client = connect();
  open_stream(client);
  advance(14900ms);
  CAF_CHECK_EQUAL(client.receive(), "");
  event("", "1");
  client.receive();
  advance(14900ms);
  CAF_CHECK_EQUAL(client.receive(), "");
  advance(200ms);
  CAF_CHECK_EQUAL(client.receive(), "3\r\n:\n\n\r\n");
  advance(15s);
  CAF_CHECK_EQUAL(client.receive(), "3\r\n:\n\n\r\n");
  advance(5min);
  CAF_CHECK(observer.closed.empty());
}

CAF_TEST(the_session_learns_when_the_client_leaves_a_stream) {
  auto client = connect();
  open_stream(client);
  client.close();
  settle();
  CAF_CHECK_EQUAL(log->lost, std::vector<exchange_id>{last().exchange});
  CAF_CHECK(observer.closed == std::vector{connection_end::client_lost});
}

CAF_TEST(a_half_closed_stream_counts_as_left) {
  auto client = connect();
  open_stream(client);
  client.half_close();
  settle();
  CAF_CHECK_EQUAL(log->lost.size(), 1u);
}

CAF_TEST(a_request_behind_an_open_stream_waits_for_its_end) {
  auto client = connect();
  open_stream(client);
  exchange(client, post(ping));
  CAF_CHECK_EQUAL(log->posts.size(), 0u);
  answer(last().transport, stream_end{last().exchange});
  CAF_CHECK_EQUAL(log->posts.size(), 1u);
}

CAF_TEST(a_slow_consumer_is_cut_off_and_the_others_lose_nothing) {
  options->max_output_bytes = 100'000;
  auto slow = connect();
  open_stream(slow);
  const auto to_slow = last();
  auto quick = connect();
  open_stream(quick);
  const auto to_quick = last();
  const auto payload = make_frame('"' + std::string(10'000, 'e') + '"');
  std::size_t received = 0;
  int sent = 0;
  while (observer.closed.empty() && sent < 1000) {
    answer(to_slow.transport, stream_event{to_slow.exchange, "", payload});
    answer(to_quick.transport, stream_event{to_quick.exchange, "", payload});
    received += count(quick.receive(), "data: ");
    ++sent;
  }
  CAF_CHECK(observer.closed == std::vector{connection_end::slow_consumer});
  CAF_CHECK_EQUAL(log->lost, std::vector<exchange_id>{to_slow.exchange});
  CAF_CHECK_EQUAL(received, static_cast<std::size_t>(sent));
  CAF_CHECK(payload->use_count() < 5);
}

CAF_TEST(a_consumer_that_catches_up_gets_every_byte_in_order) {
  auto client = connect();
  open_stream(client);
  std::string expected;
  for (int i = 0; i < 60; ++i) {
    // Small and large events take different ways.
    const auto json = std::to_string(i) + std::string(i % 3 == 0 ? 20'000 : 300, ' ');
    net::open_stream_frame(expected, protocol::sse_framing::chunked, "", json.size());
    expected += json;
    net::close_stream_frame(expected, protocol::sse_framing::chunked);
    event("", json);
  }
  std::string received;
  for (int i = 0; i < 1000 && received.size() < expected.size(); ++i) {
    received += client.receive();
    settle();
  }
  CAF_CHECK(received == expected);
  CAF_CHECK(observer.closed.empty());
}

CAF_TEST(a_session_that_dies_breaks_its_stream_off) {
  auto client = connect();
  open_stream(client);
  caf::anon_send_exit(session, caf::exit_reason::kill);
  advance(15100ms);
  CAF_CHECK_EQUAL(client.receive(), "");
  CAF_CHECK(client.ended);
}

CAF_TEST_FIXTURE_SCOPE_END()

CAF_TEST(the_queue_gives_back_what_it_was_given_however_it_is_cut) {
  for (std::size_t cut = 1; cut < 50; ++cut) {
    net::output_queue queue;
    std::string expected;
    for (int i = 0; i < 40; ++i) {
      const auto text = std::to_string(i) + std::string(static_cast<std::size_t>(i), '.');
      expected += text;
      if (i % 3 == 0)
        queue.append(make_frame(text));
      else if (i % 3 == 1)
        queue.append(std::string{text});
      else
        queue.append(std::string_view{text});
    }
    CAF_CHECK_EQUAL(queue.bytes(), expected.size());
    std::string taken;
    while (!queue.empty()) {
      std::string flat;
      for (const auto& piece : queue.gather())
        flat.append(static_cast<const char*>(piece.data()), piece.size());
      const auto size = std::min(cut, flat.size());
      taken.append(flat, 0, size);
      queue.consume(size);
    }
    CAF_CHECK_EQUAL(taken, expected);
  }
}
