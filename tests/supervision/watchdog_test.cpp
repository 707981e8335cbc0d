#define CAF_SUITE watchdog

#include "troupe/supervision/watchdog.hpp"

#include "caf/test/unit_test.hpp"

#include <future>
#include <string>

using namespace std::chrono_literals;
using troupe::supervision::watchdog;

CAF_TEST(it_bites_when_the_limit_is_over_and_says_what_hangs) {
  std::promise<std::string> bitten;
  watchdog dog{0ms, "nothing yet", [&](const std::string& what) { bitten.set_value(what); }};
  CAF_CHECK_EQUAL(bitten.get_future().get(), "nothing yet");
}

CAF_TEST(it_can_be_told_what_is_being_waited_for) {
  std::promise<std::string> bitten;
  watchdog dog{500ms, "the first", [&](const std::string& what) { bitten.set_value(what); }};
  dog.now_waiting_for("the second");
  CAF_CHECK_EQUAL(bitten.get_future().get(), "the second");
}

CAF_TEST(it_is_called_off_without_waiting) {
  bool bitten = false;
  const auto begun = std::chrono::steady_clock::now();
  {
    const watchdog dog{1h, "an end", [&](const std::string&) { bitten = true; }};
  }
  CAF_CHECK(!bitten);
  CAF_CHECK(std::chrono::steady_clock::now() - begun < 1min);
}
