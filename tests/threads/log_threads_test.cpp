// The log and what replaces stdout, used by all threads at once.

#define CAF_SUITE log_threads

#include <iostream>
#include <map>
#include <mutex>
#include <string>

#include <caf/test/unit_test.hpp>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include "tests/threads/crowd.hpp"
#include "troupe/supervision/logging.hpp"
#include "troupe/supervision/stray_output.hpp"

using namespace troupe::supervision;
using troupe::test::crowd;

namespace {

constexpr std::size_t threads = 4;
constexpr int rounds = 500;

class kept_lines final : public spdlog::sinks::base_sink<std::mutex> {
public:
  std::map<std::string, int> lines;

protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    ++lines[std::string{message.payload.data(), message.payload.size()}];
  }
  void flush_() override {}
};

struct fixture {
  std::shared_ptr<kept_lines> kept = std::make_shared<kept_lines>();

  void start(std::size_t queue_lines) {
    log_options options;
    options.queue_lines = queue_lines;
    start_logging(options, kept);
  }
  ~fixture() { stop_logging(); }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(log_threads_tests, fixture)

CAF_TEST(no_line_is_lost_while_there_is_room) {
  start(threads * rounds);
  const auto dropped = dropped_log_lines();
  crowd(threads, [](std::size_t number) {
    for (int round = 0; round < rounds; ++round)
      spdlog::info("thread={}", number);
  });
  stop_logging();
  for (std::size_t number = 0; number < threads; ++number)
    CAF_CHECK_EQUAL(kept->lines["thread=" + std::to_string(number)], rounds);
  CAF_CHECK_EQUAL(dropped_log_lines(), dropped);
}

CAF_TEST(what_does_not_fit_is_counted_while_the_level_changes) {
  start(16);
  const auto dropped = dropped_log_lines();
  crowd(threads, [](std::size_t number) {
    for (int round = 0; round < rounds; ++round) {
      if (number == 0)
        set_log_level(round % 2 == 0 ? log_level::debug : log_level::info);
      else
        spdlog::info("line");
      static_cast<void>(dropped_log_lines());
    }
  });
  stop_logging();
  const auto lost = static_cast<int>(dropped_log_lines() - dropped);
  CAF_CHECK_EQUAL(kept->lines["line"] + lost, static_cast<int>(threads - 1) * rounds);
}

CAF_TEST(what_is_printed_to_stdout_reaches_the_log_line_by_line) {
  start(threads * rounds + 1); // and the rest
  {
    const stray_output stray;
    crowd(threads, [](std::size_t number) {
      const auto line = "from " + std::to_string(number) + '\n';
      for (int round = 0; round < rounds; ++round)
        std::cout.write(line.data(), static_cast<std::streamsize>(line.size()));
    });
    std::cout << "the rest";
  }
  stop_logging();
  for (std::size_t number = 0; number < threads; ++number)
    CAF_CHECK_EQUAL(kept->lines["printed to stdout: from " + std::to_string(number)], rounds);
  CAF_CHECK_EQUAL(kept->lines["printed to stdout: the rest"], 1);
}

CAF_TEST_FIXTURE_SCOPE_END()
