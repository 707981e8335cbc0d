#include "troupe/supervision/run_loop.hpp"

#include <csignal>
#include <string>

#include <spdlog/spdlog.h>

#include "troupe/supervision/signals.hpp"
#include "troupe/supervision/watchdog.hpp"

namespace troupe::supervision {

namespace {

std::string in_words(const std::vector<std::string>& items) {
  std::string text;
  for (const auto& item : items)
    text += (text.empty() ? "" : ", ") + item;
  return text;
}

int report(const stop_report& end) {
  if (!end.killed.empty())
    spdlog::warn("killed because it still ran at the shutdown limit: {}", in_words(end.killed));
  if (end.left.empty())
    spdlog::info("stopped; no actor, thread or socket is left");
  else
    spdlog::error("stopped; left behind: {}", in_words(end.left));
  if (!end.failure.empty())
    spdlog::critical("the server ended because of a failure: {}", end.failure);
  if (!end.left.empty())
    return watchdog::exit_code;
  return end.failure.empty() ? 0 : 1;
}

} // namespace

int run_until_stopped(node& node, const std::function<void()>& reload) {
  block_signals();
  signal_reader signals;
  node.on_stopped([&signals] { signals.wake(); });
  while (const auto received = signals.next()) {
    if (*received == SIGHUP) {
      reload();
      continue;
    }
    spdlog::info("{} received: draining; a second one ends the process at once",
                 *received == SIGINT ? "SIGINT" : "SIGTERM");
    exit_at_next_signal();
    node.begin_stop();
    break;
  }
  return report(node.wait());
}

} // namespace troupe::supervision
