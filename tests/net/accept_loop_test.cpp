#include "troupe/net/accept_loop.hpp"

#define CAF_SUITE accept_loop
#include "caf/test/unit_test.hpp"

#include <boost/asio/ip/address_v4.hpp>

#include "tests/net/no_more_descriptors.hpp"

using namespace troupe::net;

namespace {

struct fixture {
  fixture() {
    port.start([this](stream_socket) { ++accepted; });
  }

  asio::basic_stream_socket<tcp> connect() {
    asio::basic_stream_socket<tcp> client{loop};
    client.connect(port.endpoint());
    return client;
  }

  asio::io_context loop{1};
  accept_loop port{loop, {asio::ip::address_v4::loopback(), 0}, 8};
  int accepted = 0;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(accept_loop_tests, fixture)

CAF_TEST(everybody_in_the_backlog_is_taken) {
  const auto one = connect();
  const auto two = connect();
  while (accepted < 2)
    loop.run_one();
  CAF_CHECK_EQUAL(accepted, 2);
}

CAF_TEST(without_descriptors_it_waits_and_goes_on_when_there_are_some) {
  const auto client = connect();
  {
    const troupe::test::no_more_descriptors none;
    CAF_CHECK_EQUAL(loop.run_one(), 1u); // somebody is there
    CAF_CHECK_EQUAL(accepted, 0);
    CAF_CHECK_EQUAL(loop.poll_one(), 0u); // and it does not try all the time
  }
  CAF_CHECK_EQUAL(loop.run_one(), 1u);
  CAF_CHECK_EQUAL(accepted, 1);
}

CAF_TEST_FIXTURE_SCOPE_END()
