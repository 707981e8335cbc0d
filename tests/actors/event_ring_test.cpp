// Bounds and replay of a session's last events.

#define CAF_SUITE event_ring

#include "troupe/actors/event_ring.hpp"

#include <caf/test/unit_test.hpp>

#include <string>

using troupe::event_ring;

namespace {

event_ring::event event(std::uint64_t stream, std::uint64_t sequence, std::size_t bytes = 1) {
  return {{stream, sequence}, troupe::make_frame(std::string(bytes, 'x'))};
}

} // namespace

CAF_TEST(only_later_events_of_the_same_stream_are_found) {
  event_ring ring{10, 1000};
  for (std::uint64_t i = 1; i <= 6; ++i)
    CAF_CHECK(ring.push(event(i % 2, i)).empty());
  const auto found = ring.later({1, 1});
  CAF_REQUIRE_EQUAL(found.size(), 2u);
  CAF_CHECK_EQUAL(found[0].id.sequence, 3u);
  CAF_CHECK_EQUAL(found[1].id.sequence, 5u);
  CAF_CHECK(ring.later({0, 6}).empty());
  CAF_CHECK(ring.later({9, 0}).empty());
}

CAF_TEST(the_oldest_go_when_there_are_too_many) {
  event_ring ring{2, 1000};
  ring.push(event(1, 1));
  ring.push(event(1, 2));
  const auto out = ring.push(event(2, 3));
  CAF_REQUIRE_EQUAL(out.size(), 1u);
  CAF_CHECK_EQUAL(out[0].id.sequence, 1u);
  CAF_CHECK_EQUAL(ring.size(), 2u);
  CAF_CHECK(!ring.complete_since({1, 0}));
  CAF_CHECK(ring.complete_since({1, 1}));
}

CAF_TEST(the_oldest_go_when_they_are_too_large) {
  event_ring ring{100, 10};
  ring.push(event(1, 1, 4));
  ring.push(event(1, 2, 4));
  CAF_CHECK_EQUAL(ring.push(event(1, 3, 4)).size(), 1u);
  CAF_CHECK_EQUAL(ring.bytes(), 8u);
  CAF_CHECK_EQUAL(ring.push(event(1, 4, 11)).size(), 3u);
  CAF_CHECK_EQUAL(ring.bytes(), 0u);
  CAF_CHECK_EQUAL(ring.size(), 0u);
}

CAF_TEST(an_empty_ring_has_lost_nothing) {
  const event_ring ring{1, 1};
  CAF_CHECK(ring.complete_since({1, 0}));
  CAF_CHECK(ring.later({1, 0}).empty());
}
