// A session's streams: which message goes to which, resumption, their limit.

#define CAF_SUITE session_streams

#include "session_fixture.hpp"

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

std::string list_changed() { // what the shard encodes
  return R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed"})";
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(session_streams_tests, session_fixture)

CAF_TEST(a_get_opens_a_stream_with_a_priming_event) {
  const auto session = ready();
  get(session);
  CAF_CHECK_EQUAL(lines_of(take_lines()),
                  lines_of(std::vector<std::string>{"begin", "eventid: 1-1 retry: 1000 -"}));
  caf::anon_send(session, deliver{make_frame(list_changed())});
  run();
  CAF_CHECK_EQUAL(log->lines.at(0), "eventid: 1-2 " + list_changed());
  CAF_CHECK_EQUAL(observer.streams, 1);
}

CAF_TEST(older_revisions_get_no_priming_event) {
  get(ready("2025-06-18"));
  CAF_CHECK_EQUAL(take_lines().size(), 1u);
}

CAF_TEST(a_message_goes_to_one_stream_only_the_latest) {
  const auto session = ready("2025-06-18");
  get(session);
  const auto second = get(session);
  clear();
  caf::anon_send(session, deliver{make_frame("{}")});
  run();
  CAF_CHECK_EQUAL(log->lines.size(), 1u);
  CAF_CHECK(log->lines[0].find("id: 3-") != std::string::npos);
  lose(session, second);
  clear();
  caf::anon_send(session, deliver{make_frame("{}")});
  run();
  CAF_CHECK(log->lines.at(0).find("id: 1-") != std::string::npos);
}

CAF_TEST(a_lost_stream_is_resumed_where_it_stopped) {
  const auto session = ready();
  const auto exchange = get(session);
  lose(session, exchange);
  for (int i = 0; i < 3; ++i)
    caf::anon_send(session, deliver{make_frame("{\"n\":" + std::to_string(i) + "}")});
  run();
  clear();
  get(session, protocol::event_id{1, 2});
  CAF_CHECK_EQUAL(lines_of(take_lines()),
                  lines_of(std::vector<std::string>{"begin", R"(eventid: 1-3 {"n":1})",
                                                    R"(eventid: 1-4 {"n":2})"}));
  CAF_CHECK_EQUAL(observer.replayed, 2u);
}

CAF_TEST(a_stream_resumed_behind_what_is_kept_goes_on_and_counts) {
  options->replay_events = 2;
  const auto session = ready("2025-06-18");
  const auto exchange = get(session);
  const auto deliver_one = [&] {
    caf::anon_send(session, deliver{make_frame("{}")});
    run();
  };
  deliver_one();
  lose(session, exchange);
  deliver_one();
  deliver_one();
  lose(session, get(session, protocol::event_id{1, 1}));
  CAF_CHECK_EQUAL(observer.incomplete, 0u);
  deliver_one();
  clear();
  get(session, protocol::event_id{1, 1}); // the second is gone
  CAF_CHECK_EQUAL(log->lines.size(), 3u);
  CAF_CHECK_EQUAL(observer.incomplete, 1u);
}

CAF_TEST(a_gap_is_known_even_when_nothing_of_the_stream_is_left) {
  options->replay_events = 1;
  const auto session = ready("2025-06-18");
  const auto first = get(session);
  caf::anon_send(session, deliver{make_frame("1")});
  caf::anon_send(session, deliver{make_frame("2")});
  run();
  get(session);
  caf::anon_send(session, deliver{make_frame("3")}); // of the second stream
  run();
  lose(session, first);
  lose(session, get(session, protocol::event_id{1, 2})); // has everything
  CAF_CHECK_EQUAL(observer.incomplete, 0u);
  clear();
  get(session, protocol::event_id{1, 1});
  CAF_CHECK_EQUAL(log->lines.at(0), "begin");
  CAF_CHECK_EQUAL(observer.incomplete, 1u);
}

CAF_TEST(events_of_other_streams_are_not_replayed) {
  const auto session = ready("2025-06-18");
  const auto first = get(session);
  caf::anon_send(session, deliver{make_frame("1")});
  run();
  get(session);
  caf::anon_send(session, deliver{make_frame("2")});
  run();
  lose(session, first);
  clear();
  get(session, protocol::event_id{1, 1});
  CAF_CHECK_EQUAL(log->lines.size(), 1u);
}

CAF_TEST(an_unknown_last_event_id_is_refused) {
  const auto session = ready();
  get(session, protocol::event_id{7, 1});
  CAF_CHECK_EQUAL(log->replies.at(0).status, 400);
  get(session, protocol::event_id{0, 0});
  CAF_CHECK_EQUAL(log->replies.at(1).status, 400);
}

CAF_TEST(a_detached_stream_is_kept_for_the_resume_window_only) {
  const auto session = ready();
  const auto exchange = get(session);
  lose(session, exchange);
  clear();
  const auto ask = [&] {
    auto answer = self->request(session, caf::infinite, notify_client{"c", "test", nullptr});
    run();
    notify_status status{};
    answer.receive([&](const notified& what) { status = what.status; },
                   [&](const caf::error& error) { CAF_FAIL(sys.render(error)); });
    return status;
  };
  pass(options->resume_window - 100ms);
  CAF_CHECK(ask() == notify_status::delivered);
  pass(1s);
  CAF_CHECK(ask() == notify_status::not_supported);
}

CAF_TEST(streams_are_limited) {
  options->max_streams = 2;
  const auto session = ready();
  get(session);
  get(session);
  clear();
  get(session);
  CAF_CHECK_EQUAL(log->replies.at(0).status, 429);
  CAF_CHECK_EQUAL(log->replies[0].retry_after_seconds, 1);
  CAF_CHECK_EQUAL(observer.refused.at(0), "streams_per_session");
  CAF_CHECK(log->replies[0].body.find("-32603") != std::string::npos);
}
CAF_TEST_FIXTURE_SCOPE_END()
