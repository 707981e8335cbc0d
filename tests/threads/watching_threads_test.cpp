// The watchdog: told what is waited for by one thread while its own decides.

#define CAF_SUITE watching_threads

#include <atomic>
#include <future>
#include <string>

#include <caf/test/unit_test.hpp>

#include "tests/threads/crowd.hpp"
#include "troupe/supervision/watchdog.hpp"

using troupe::supervision::watchdog;
using namespace std::chrono_literals;

CAF_TEST(everybody_may_say_what_is_waited_for_and_one_bite_names_it) {
  for (int round = 0; round < 50; ++round) {
    std::promise<std::string> bitten;
    std::atomic<int> bites = 0;
    auto blamed = bitten.get_future();
    {
      watchdog dog{1ms, "the start", [&](const std::string& waiting_for) {
                     if (bites++ == 0)
                       bitten.set_value(waiting_for);
                   }};
      troupe::test::crowd(3, [&](std::size_t number) {
        for (int i = 0; i < 100; ++i)
          dog.now_waiting_for("thread " + std::to_string(number));
      });
      CAF_CHECK(!blamed.get().empty());
    }
    CAF_CHECK_EQUAL(bites.load(), 1);
  }
}

CAF_TEST(called_off_in_time_it_does_not_bite) {
  std::atomic<int> bites = 0;
  for (int round = 0; round < 100; ++round)
    const watchdog dog{1h, "nothing", [&](const std::string&) { ++bites; }};
  CAF_CHECK_EQUAL(bites.load(), 0);
}
