#define CAF_SUITE logging

#include "troupe/supervision/logging.hpp"

#include <future>
#include <mutex>
#include <vector>

#include <boost/json.hpp>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include "caf/test/unit_test.hpp"

#include "troupe/supervision/log_line.hpp"

using namespace troupe::supervision;

namespace {

constexpr std::chrono::system_clock::time_point some_time{std::chrono::milliseconds{1700000000123}};

std::string line(log_format format, std::string_view level, std::string_view message) {
  std::string out;
  append_log_line(out, format, some_time, level, message);
  return out;
}

/// Keeps the lines; writes none before it is told to.
class kept_lines final : public spdlog::sinks::base_sink<std::mutex> {
public:
  std::promise<void> entered;
  std::promise<void> gate;
  std::vector<std::string> lines;

protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    if (lines.empty()) {
      entered.set_value();
      gate.get_future().wait();
    }
    spdlog::memory_buf_t text;
    formatter_->format(message, text);
    lines.emplace_back(text.data(), text.size());
  }
  void flush_() override {}
};

} // namespace

CAF_TEST(a_line_of_text_has_time_level_and_message) {
  CAF_CHECK_EQUAL(line(log_format::text, "info", "listening"),
                  "2023-11-14T22:13:20.123Z info    listening\n");
  CAF_CHECK_EQUAL(line(log_format::text, "warning", "x"), "2023-11-14T22:13:20.123Z warning x\n");
}

CAF_TEST(nothing_in_a_message_can_make_a_second_line_or_steer_a_terminal) {
  CAF_CHECK_EQUAL(line(log_format::text, "info", "a\nb\r\x1b[31m\x7f"),
                  "2023-11-14T22:13:20.123Z info    a\\nb\\x0d\\x1b[31m\\x7f\n");
}

CAF_TEST(a_line_of_json_is_one_object) {
  const auto text = line(log_format::json, "error", "say \"hi\"\n\x01 \xff");
  CAF_CHECK_EQUAL(text.find('\n'), text.size() - 1);
  const auto object = boost::json::parse(text);
  CAF_CHECK_EQUAL(object.at("time").as_string(), "2023-11-14T22:13:20.123Z");
  CAF_CHECK_EQUAL(object.at("level").as_string(), "error");
  CAF_CHECK(object.at("message").as_string().starts_with("say \"hi\"\n\x01 "));
}

CAF_TEST(a_writer_that_stands_still_costs_the_oldest_lines_and_they_are_counted) {
  const auto before = dropped_log_lines();
  auto sink = std::make_shared<kept_lines>();
  log_options options;
  options.queue_lines = 8;
  start_logging(options, sink);
  auto entered = sink->entered.get_future();
  spdlog::info("first");
  entered.wait();
  for (int number = 0; number < 100; ++number)
    spdlog::info("line {}", number);
  CAF_CHECK_EQUAL(dropped_log_lines() - before, 92u);
  sink->gate.set_value();
  stop_logging();
  CAF_CHECK_EQUAL(dropped_log_lines() - before, 92u);
  CAF_REQUIRE_EQUAL(sink->lines.size(), 9u);
  CAF_CHECK(sink->lines.front().ends_with("first\n"));
  CAF_CHECK(sink->lines.back().ends_with("line 99\n"));
  spdlog::info("after the end goes nowhere");
}

CAF_TEST(the_level_changes_while_logging) {
  auto sink = std::make_shared<kept_lines>();
  sink->gate.set_value();
  start_logging({}, sink);
  spdlog::debug("unseen");
  set_log_level(log_level::debug);
  spdlog::debug("seen");
  set_log_level(log_level::error);
  spdlog::warn("unseen");
  spdlog::error("failed");
  set_log_level(log_level::off);
  spdlog::critical("unseen");
  stop_logging();
  CAF_REQUIRE_EQUAL(sink->lines.size(), 2u);
  CAF_CHECK(sink->lines[0].find("debug   seen") != std::string::npos);
  CAF_CHECK(sink->lines[1].find("error   failed") != std::string::npos);
}
