#include "troupe/supervision/server.hpp"

#include <chrono>
#include <exception>
#include <iostream>
#include <utility>
#include <variant>

#include <spdlog/spdlog.h>
#include <unistd.h>

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

int serve_and_count(const start_plan& plan, const prepare_node& prepare) {
  const auto before = census::take();
  const stray_output stray;
  auto code = exit_failure;
  try {
    code = serve(plan, prepare);
  } catch (const std::exception& error) {
    spdlog::critical("the server ended by an exception: {}", error.what());
  }
  for (const auto& left : lasting_growth(before, std::chrono::seconds{1}))
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
  if (code == watchdog::exit_code)
    ::_exit(code); // a thread still runs what the end of main would destroy
  return code;
}

} // namespace troupe::supervision
