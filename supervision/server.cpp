#include "troupe/supervision/server.hpp"

#include <chrono>
#include <exception>
#include <iostream>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include <spdlog/spdlog.h>

#include "troupe/supervision/census.hpp"
#include "troupe/supervision/command_line.hpp"
#include "troupe/supervision/logging.hpp"
#include "troupe/supervision/reload.hpp"
#include "troupe/supervision/run_loop.hpp"
#include "troupe/supervision/signals.hpp"
#include "troupe/supervision/stray_output.hpp"
#include "troupe/supervision/watchdog.hpp"

namespace troupe::supervision {

namespace {

constexpr int exit_failure = 1;

/// The life of the node; what it leaves behind is visible after this.
int serve(const start_plan& plan, const prepare_node& prepare) {
  node server{plan.settings};
  prepare(server);
  reloader reloads{plan.line, plan.settings};
  if (!reloads.add_files(server))
    return exit_failure;
  if (const auto failure = server.start()) {
    spdlog::critical("the server cannot start: {}", failure->reason);
    return exit_failure;
  }
  return run_until_stopped(server, [&] { reloads.reload(server); });
}

/// The system takes a thread off its list a moment after it could be joined.
std::vector<std::string> left_since(const census& before) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{1};
  for (;;) {
    auto left = growth(before, census::take());
    if (left.empty() || std::chrono::steady_clock::now() >= deadline)
      return left;
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
}

int serve_and_count(const start_plan& plan, const prepare_node& prepare) {
  const auto before = census::take();
  const stray_output stray;
  auto code = exit_failure;
  try {
    code = serve(plan, prepare);
  } catch (const std::exception& error) {
    spdlog::critical("the server ended by an exception: {}", error.what());
  }
  for (const auto& left : left_since(before))
    spdlog::error("left behind after the shutdown: {}", left);
  return code;
}

} // namespace

int run_server(int argc, char** argv, const prepare_node& prepare) {
  const auto read = read_command_line(argc, argv, std::cout, std::cerr);
  if (const auto* done = std::get_if<exit_now>(&read))
    return done->code;
  const auto& plan = std::get<start_plan>(read);
  block_signals();
  start_logging(plan.settings.log);
  const auto code = serve_and_count(plan, prepare);
  const watchdog patience{plan.settings.shutdown.watchdog, "the log to be written"};
  stop_logging();
  return code;
}

} // namespace troupe::supervision
