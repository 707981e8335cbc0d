#define CAF_SUITE quota

#include "troupe/actors/quota.hpp"

#include "caf/test/unit_test.hpp"

#include <string>
#include <vector>

using troupe::limit;
using troupe::quota;

namespace {

struct fixture {
  std::vector<std::size_t> asked;
  std::vector<std::size_t> repaid;
  std::string answers; ///< of the waiters, in order: + or -
  quota slots{[this](limit, std::size_t amount) { asked.push_back(amount); }};

  fixture() {
    slots.repay_with([this](limit, std::size_t amount) { repaid.push_back(amount); });
  }

  bool take() { return slots.try_acquire(limit::calls); }
  void wait() {
    slots.acquire(limit::calls, [this](bool acquired) { answers += acquired ? '+' : '-'; });
  }
  void grant(std::size_t amount) { slots.granted(limit::calls, amount); }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(quota_tests, fixture)

CAF_TEST(an_empty_lease_says_no_and_asks) {
  CAF_CHECK(!take());
  CAF_CHECK_EQUAL(asked.size(), 1u);
  CAF_CHECK(!take()); // one request at a time
  CAF_CHECK_EQUAL(asked.size(), 1u);
}

CAF_TEST(a_lease_that_runs_low_is_refilled_before_it_is_empty) {
  slots.block(limit::calls, 8);
  slots.stock_up();
  CAF_REQUIRE_EQUAL(asked.size(), static_cast<std::size_t>(troupe::limit_count));
  asked.clear();
  grant(8);
  for (int i = 0; i < 4; ++i)
    CAF_CHECK(take());
  CAF_CHECK(asked.empty());
  CAF_CHECK(take());
  CAF_CHECK(asked == std::vector<std::size_t>{8});
  CAF_CHECK_EQUAL(slots.used(limit::calls), 5u);
  CAF_CHECK_EQUAL(slots.leased(limit::calls), 8u);
}

CAF_TEST(a_waiter_gets_the_slot_that_is_granted) {
  wait();
  CAF_CHECK_EQUAL(answers, "");
  grant(1);
  CAF_CHECK_EQUAL(answers, "+");
  CAF_CHECK_EQUAL(slots.used(limit::calls), 1u);
}

CAF_TEST(a_waiter_gets_the_slot_that_is_released_here) {
  wait();
  grant(1);
  wait();
  slots.release(limit::calls);
  CAF_CHECK_EQUAL(answers, "++");
  CAF_CHECK_EQUAL(slots.used(limit::calls), 1u);
  grant(0);
  CAF_CHECK_EQUAL(answers, "++");
}

CAF_TEST(waiters_are_served_in_order_and_the_rest_is_asked_for) {
  wait();
  wait();
  wait();
  CAF_CHECK(asked == std::vector<std::size_t>{1});
  grant(1);
  CAF_CHECK_EQUAL(answers, "+");
  CAF_CHECK((asked == std::vector<std::size_t>{1, 2}));
  grant(2);
  CAF_CHECK_EQUAL(answers, "+++");
}

CAF_TEST(a_no_refuses_only_those_who_waited_when_the_question_was_asked) {
  wait();
  wait(); // behind the question
  grant(0);
  CAF_CHECK_EQUAL(answers, "-");
  CAF_CHECK_EQUAL(asked.size(), 2u);
  grant(0);
  CAF_CHECK_EQUAL(answers, "--");
  CAF_CHECK_EQUAL(asked.size(), 2u);
}

CAF_TEST(a_question_without_waiters_refuses_nobody) {
  CAF_CHECK(!take());
  wait();
  grant(0);
  CAF_CHECK_EQUAL(answers, "");
  CAF_CHECK_EQUAL(asked.size(), 2u);
}

CAF_TEST(a_waiter_may_ask_for_another_slot_at_once) {
  slots.acquire(limit::calls, [this](bool) { wait(); });
  grant(0);
  CAF_CHECK_EQUAL(answers, "");
  grant(0);
  CAF_CHECK_EQUAL(answers, "-");
}

CAF_TEST(waiters_are_bounded) {
  for (std::size_t i = 0; i < quota::max_waiters; ++i)
    wait();
  CAF_CHECK_EQUAL(answers, "");
  wait();
  CAF_CHECK_EQUAL(answers, "-");
}

CAF_TEST(a_recall_leaves_half_but_gives_the_last_one) {
  grant(5);
  CAF_CHECK_EQUAL(slots.recall(limit::calls, 10), 3u);
  CAF_CHECK_EQUAL(slots.recall(limit::calls, 10), 1u);
  CAF_CHECK_EQUAL(slots.recall(limit::calls, 10), 1u);
  CAF_CHECK_EQUAL(slots.recall(limit::calls, 10), 0u);
  CAF_CHECK_EQUAL(slots.leased(limit::calls), 0u);
}

CAF_TEST(a_recall_takes_no_slot_that_is_in_use) {
  grant(2);
  CAF_CHECK(take());
  CAF_CHECK(take());
  CAF_CHECK_EQUAL(slots.recall(limit::calls, 1), 0u);
  CAF_CHECK_EQUAL(slots.leased(limit::calls), 2u);
}

CAF_TEST(what_was_recalled_in_vain_is_repaid_when_it_becomes_free) {
  grant(2);
  CAF_CHECK(take());
  CAF_CHECK(take());
  CAF_CHECK_EQUAL(slots.recall(limit::calls, 1), 0u);
  slots.release(limit::calls);
  CAF_CHECK(repaid == std::vector<std::size_t>{1});
  CAF_CHECK_EQUAL(slots.leased(limit::calls), 1u);
  slots.release(limit::calls);
  CAF_CHECK_EQUAL(repaid.size(), 1u);
}

CAF_TEST(own_waiters_come_before_debts) {
  grant(1);
  CAF_CHECK(take());
  CAF_CHECK_EQUAL(slots.recall(limit::calls, 1), 0u);
  wait();
  slots.release(limit::calls);
  CAF_CHECK_EQUAL(answers, "+");
  CAF_CHECK(repaid.empty());
}

CAF_TEST(a_new_registry_is_asked_what_the_old_one_did_not_answer) {
  wait();
  CAF_CHECK_EQUAL(asked.size(), 1u);
  slots.ask_again();
  CAF_CHECK_EQUAL(asked.size(), 2u);
  grant(0);
  CAF_CHECK_EQUAL(answers, "-");
  slots.ask_again();
  CAF_CHECK_EQUAL(asked.size(), 2u);
}

CAF_TEST(a_shard_that_ends_asks_nobody_and_refuses) {
  grant(1);
  CAF_CHECK(take());
  asked.clear();
  wait();
  slots.disconnect();
  slots.release(limit::calls);
  CAF_CHECK(!take());
  wait();
  CAF_CHECK_EQUAL(answers, "-");
  CAF_CHECK(asked.empty());
}

CAF_TEST(limits_are_counted_apart) {
  slots.granted(limit::sessions, 1);
  CAF_CHECK(!take());
  CAF_CHECK(slots.try_acquire(limit::sessions));
  CAF_CHECK_EQUAL(slots.used(limit::calls), 0u);
}

CAF_TEST_FIXTURE_SCOPE_END()
