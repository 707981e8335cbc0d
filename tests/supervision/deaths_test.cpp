// What proves that a node has died, and what does not.

#define CAF_SUITE deaths

#include "troupe/supervision/cluster/deaths.hpp"

#include <string>
#include <vector>

#include "caf/test/unit_test.hpp"

using namespace troupe;
using namespace troupe::supervision;
using namespace std::chrono_literals;

namespace {

struct fixture {
  deaths subject;
  std::vector<std::string> told;
  deaths::time now{1h};
  protocol::node_description node{3, "n3", "10.0.0.3", 7400};
  net::node_address where{"10.0.0.3", 7400};

  fixture() {
    subject.begin(5s, {[this](const net::node_address& to) { told.push_back("dial " + to.host); },
                       [this](owner_died dead) {
                         told.push_back("died " + std::to_string(dead.owner) + " via " +
                                        std::to_string(dead.via));
                       },
                       [this](owner_doubtful lost) {
                         told.push_back("doubtful " + std::to_string(lost.owner));
                       }});
  }

  void lose(bool cut_off = false, bool doubtful = false, bool has_left = false) {
    subject.lost(node, 77, {3, "the connection is lost", cut_off, doubtful}, has_left, now);
  }

  std::string take() {
    std::string all;
    for (const auto& line : std::exchange(told, {}))
      all += line + '\n';
    return all;
  }
};

const net::node_failure refused{"connection refused", 0, true};

} // namespace

CAF_TEST_FIXTURE_SCOPE(deaths_tests, fixture)

CAF_TEST(a_connection_that_breaks_and_a_port_where_nobody_listens_prove_it) {
  lose();
  CAF_CHECK_EQUAL(take(), "dial 10.0.0.3\n");
  subject.not_reached({"10.0.0.3", 7401}, refused);
  subject.not_reached({"10.0.0.4", 7400}, refused);
  CAF_CHECK_EQUAL(take(), "");
  subject.not_reached(where, refused);
  CAF_CHECK_EQUAL(take(), "died 3 via 77\n");
  subject.not_reached(where, refused); // once
  subject.go_on(now + 10s);
  CAF_CHECK_EQUAL(take(), "");
}

CAF_TEST(another_node_at_its_address_proves_it_too) {
  lose();
  take();
  subject.answered(where, 4);
  CAF_CHECK_EQUAL(take(), "died 3 via 77\n");
  lose();
  take();
  subject.not_reached(where, {"connected already", 4, false});
  CAF_CHECK_EQUAL(take(), "died 3 via 77\n");
}

CAF_TEST(silence_or_the_node_itself_prove_nothing) {
  lose();
  take();
  for (const auto& failure :
       {net::node_failure{"it took too long"}, {"no route to host"}, {"shutting down", 3}})
    subject.not_reached(where, failure);
  subject.answered(where, 3);
  CAF_CHECK_EQUAL(take(), "");
  subject.go_on(now + 4s);
  CAF_CHECK_EQUAL(take(), "dial 10.0.0.3\n");
  subject.go_on(now + 5s);
  CAF_CHECK_EQUAL(take(), "doubtful 3\n");
  subject.not_reached(where, refused); // who knows where its copies are by now
  CAF_CHECK_EQUAL(take(), "");
}

CAF_TEST(who_was_silent_before_is_never_found_dead) {
  lose(true);
  lose(false, true);
  CAF_CHECK_EQUAL(take(), "doubtful 3\ndoubtful 3\n");
  subject.not_reached(where, refused);
  CAF_CHECK_EQUAL(take(), "");
}

CAF_TEST(who_left_in_order_has_left_nothing) {
  lose(false, false, true);
  subject.not_reached(where, refused);
  CAF_CHECK_EQUAL(take(), "doubtful 3\n");
}

CAF_TEST(who_is_back_is_not_dead) {
  lose();
  subject.returned(3);
  take();
  subject.not_reached(where, refused);
  subject.go_on(now + 10s);
  CAF_CHECK_EQUAL(take(), "");
}

CAF_TEST(without_copies_nobody_asks) {
  deaths none;
  none.lost(node, 77, {3, "lost"}, false, now);
  none.not_reached(where, refused);
  none.go_on(now);
}

CAF_TEST_FIXTURE_SCOPE_END()
