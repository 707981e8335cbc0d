#define CAF_SUITE census

#include "troupe/supervision/census.hpp"

#include "caf/test/unit_test.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include <sys/socket.h>
#include <unistd.h>

using namespace troupe::supervision;

CAF_TEST(threads_and_sockets_are_counted) {
  const auto before = census::take();
  CAF_CHECK(before.threads >= 1u);
  CAF_CHECK(growth(before, before).empty());

  std::promise<void> end;
  std::thread thread{[wait = end.get_future()]() mutable { wait.get(); }};
  int pair[2];
  CAF_REQUIRE_EQUAL(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  const auto during = census::take();
  CAF_CHECK((growth(before, during) == std::vector<std::string>{"1 thread", "2 sockets"}));

  CAF_CHECK_EQUAL(lasting_growth(before, std::chrono::milliseconds{0}).size(), 2u);
  ::close(pair[0]);
  ::close(pair[1]);
  end.set_value();
  thread.join();
  CAF_CHECK(lasting_growth(before, std::chrono::minutes{1}).empty());
  CAF_CHECK(growth(during, before).empty());
}

CAF_TEST(no_thread_is_missed_while_others_end) {
  std::promise<void> end;
  const auto ended = end.get_future().share();
  std::vector<std::thread> stay;
  for (int i = 0; i < 8; ++i)
    stay.emplace_back([ended] { ended.wait(); });
  std::atomic<bool> enough = false;
  std::thread restless{[&] {
    while (!enough) {
      std::vector<std::thread> brief;
      for (int i = 0; i < 4; ++i)
        brief.emplace_back([] {});
      for (auto& each : brief)
        each.join();
    }
  }};
  const std::size_t least = 1 + stay.size() + 1;
  std::size_t seen = least;
  for (int i = 0; i < 2000; ++i)
    seen = std::min(seen, census::take().threads);
  CAF_CHECK(seen >= least);
  enough = true;
  end.set_value();
  restless.join();
  for (auto& each : stay)
    each.join();
}
