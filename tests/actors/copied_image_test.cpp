// Copies of sessions as values: changes put into a copy, and what a copy becomes when its node has crashed.

#define CAF_SUITE copied_image

#include "troupe/actors/copied_image.hpp"

#include <caf/test/dsl.hpp>

#include "tests/actors/session_fixture.hpp"
#include "troupe/actors/stream_table.hpp"

using namespace troupe;

namespace {

session_image make_copy() {
  session_image image;
  image.id = "id";
  image.streams = {{2, 4, 0}, {1, 3, 7000}, {4, 0, 0}};
  image.events = {{2, 2, 0, "a"}, {1, 3, 0, "b"}, {2, 4, 2, "c"}};
  image.sequence = 5;
  image.last_post_stream = 4;
  image.last_standalone_stream = 1;
  image.next_question = 3;
  image.idle_ms = 100;
  image.age_ms = 200;
  return image;
}

} // namespace

CAF_TEST(changes_make_of_a_copy_what_it_would_be_if_it_had_come_whole) {
  auto copy = make_copy();
  auto whole = make_copy();
  whole.log_level = 4;
  whole.subscriptions = {"test://a"};
  whole.streams = {{1, 6, 0}};
  whole.events = {{2, 4, 2, "c"}, {1, 6, 3, "d"}};
  whole.sequence = 6;
  whole.last_evicted = 3;
  auto changes = whole;
  changes.events = {{1, 6, 3, "d"}};
  apply_changes(copy, std::move(changes));
  CAF_CHECK(copy == whole);
}

CAF_TEST(what_ran_on_a_stream_has_failed_and_that_is_the_last_event_of_the_stream) {
  auto copy = make_copy();
  copy.running = {{R"("one")", 2}, {"7", 2}, {"8", 4}, {"9", 66}};
  revive(copy);
  CAF_REQUIRE_EQUAL(copy.events.size(), 6u);
  const auto& first = copy.events[3];
  CAF_CHECK_EQUAL(first.stream, 2u);
  CAF_CHECK_EQUAL(first.previous, 4u);
  CAF_CHECK(first.sequence > 5 + unknown_numbers);
  CAF_CHECK(first.json.starts_with(R"({"jsonrpc":"2.0","id":"one","error":{"code":-32603)"));
  CAF_CHECK_EQUAL(copy.events[4].previous, first.sequence);
  CAF_CHECK(copy.events[4].json.starts_with(R"({"jsonrpc":"2.0","id":7,)"));
  CAF_CHECK_EQUAL(copy.events[5].previous, 0u);
  CAF_CHECK_EQUAL(copy.sequence, copy.events[5].sequence);
  CAF_CHECK(copy.running.empty());
  // Streams of POSTs are over; the client of the other one has time to come back.
  CAF_CHECK(copy.streams == std::vector<stream_image>{{1, 3, 0}});
}

CAF_TEST(numbers_that_may_have_been_given_out_are_not_given_out_again) {
  auto copy = make_copy();
  revive(copy);
  CAF_CHECK_EQUAL(copy.sequence, 5 + unknown_numbers);
  CAF_CHECK_EQUAL(copy.next_question, 3 + static_cast<std::int64_t>(unknown_numbers));
  CAF_CHECK(copy.last_post_stream > 4 + unknown_numbers && copy.last_post_stream % 2 == 0);
  CAF_CHECK(copy.last_standalone_stream > unknown_numbers && copy.last_standalone_stream % 2 == 1);
  CAF_CHECK_EQUAL(copy.lost_from, 6u);
  CAF_CHECK_EQUAL(copy.lost_until, copy.last_post_stream);
  CAF_CHECK_EQUAL(copy.idle_ms + copy.age_ms, 0u);
  session_image fresh;
  revive(fresh);
  CAF_CHECK(fresh.last_post_stream % 2 == 0 && fresh.last_standalone_stream % 2 == 1);
  CAF_CHECK_EQUAL(fresh.lost_from, 2u);
  // After another crash the lost streams of the first one are lost still.
  revive(copy);
  CAF_CHECK_EQUAL(copy.lost_from, 6u);
  CAF_CHECK_EQUAL(copy.lost_until, copy.last_post_stream);
}

CAF_TEST_FIXTURE_SCOPE(revived_streams, test::session_fixture)

CAF_TEST(a_stream_that_nobody_knows_is_told_to_be_lost_and_an_event_that_nobody_knows_is_no_error) {
  auto copy = make_copy();
  copy.running = {{"7", 2}};
  revive(copy);
  const auto resume = [&](protocol::event_id last) {
    resume_status status{};
    sys.spawn([&](caf::event_based_actor* self) {
      stream_table there{self, *options, observer};
      auto image = copy;
      there.unpack(image, start);
      status = there.resume(last, transport, 9);
    });
    run();
    return status;
  };
  CAF_CHECK(resume({6, 5}) == resume_status::lost);
  CAF_CHECK(log->lines.empty());
  CAF_CHECK(resume({6, 900}) == resume_status::lost);
  clear();
  // The client heard more of the standalone stream than the copy has.
  CAF_CHECK(resume({1, 700}) == resume_status::resumed);
  CAF_CHECK_EQUAL(test::lines_of(take_lines()), "begin\n");
  // And here it hears what became of its request.
  CAF_CHECK(resume({2, 4}) == resume_status::resumed);
  CAF_REQUIRE_EQUAL(log->lines.size(), 3u);
  CAF_CHECK(log->lines[1].find(R"("id":7,"error")") != std::string::npos);
  CAF_CHECK_EQUAL(log->lines[2], "end");
}

CAF_TEST_FIXTURE_SCOPE_END()
