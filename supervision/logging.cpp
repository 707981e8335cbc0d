#include "troupe/supervision/logging.hpp"

#include <mutex>
#include <utility>

#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/formatter.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "troupe/supervision/config_table.hpp"
#include "troupe/supervision/log_line.hpp"

namespace troupe::supervision {
namespace {

spdlog::level::level_enum level_of(log_level level) {
  switch (level) {
  case log_level::trace:
    return spdlog::level::trace;
  case log_level::debug:
    return spdlog::level::debug;
  case log_level::info:
    return spdlog::level::info;
  case log_level::warning:
    return spdlog::level::warn;
  case log_level::error:
    return spdlog::level::err;
  case log_level::off:
    break;
  }
  return spdlog::level::off;
}

std::string_view word_of(spdlog::level::level_enum level) {
  for (const auto one : {log_level::trace, log_level::debug, log_level::info, log_level::warning})
    if (level_of(one) == level)
      return log_level_words()[static_cast<std::size_t>(one)];
  return log_level_words()[static_cast<std::size_t>(log_level::error)];
}

class line_formatter final : public spdlog::formatter {
public:
  explicit line_formatter(log_format format) : format_(format) {}

  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    line_.clear();
    append_log_line(line_, format_, message.time, word_of(message.level),
                    {message.payload.data(), message.payload.size()});
    out.append(line_.data(), line_.data() + line_.size());
  }

  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<line_formatter>(format_);
  }

private:
  log_format format_;
  std::string line_;
};

/// The log's thread and what earlier ones have lost.
struct log_thread {
  std::mutex mutex;
  std::shared_ptr<spdlog::details::thread_pool> pool;
  std::uint64_t dropped_before = 0;

  void replace(std::shared_ptr<spdlog::details::thread_pool> next) {
    const std::lock_guard guard{mutex};
    if (pool)
      dropped_before += pool->overrun_counter();
    pool = std::move(next); // the last owner of the old one joins its thread
  }
};

log_thread& the_log_thread() {
  static log_thread instance;
  return instance;
}

} // namespace

void start_logging(const log_options& options) {
  start_logging(options, std::make_shared<spdlog::sinks::stderr_sink_mt>());
}

void start_logging(const log_options& options, spdlog::sink_ptr sink) {
  auto pool = std::make_shared<spdlog::details::thread_pool>(options.queue_lines, 1);
  auto logger = std::make_shared<spdlog::async_logger>(
      "troupe", std::move(sink), pool, spdlog::async_overflow_policy::overrun_oldest);
  logger->set_formatter(std::make_unique<line_formatter>(options.format));
  logger->set_level(level_of(options.level));
  spdlog::set_default_logger(std::move(logger));
  the_log_thread().replace(std::move(pool));
}

void set_log_level(log_level level) {
  spdlog::default_logger_raw()->set_level(level_of(level));
}

std::uint64_t dropped_log_lines() {
  auto& log = the_log_thread();
  const std::lock_guard guard{log.mutex};
  return log.dropped_before + (log.pool ? log.pool->overrun_counter() : 0);
}

void stop_logging() {
  // Not spdlog::shutdown(): it leaves no default logger, and a late line would be a crash.
  spdlog::set_default_logger(
      std::make_shared<spdlog::logger>("troupe", std::make_shared<spdlog::sinks::null_sink_mt>()));
  the_log_thread().replace(nullptr);
}

} // namespace troupe::supervision
