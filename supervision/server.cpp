#include "troupe/supervision/server.hpp"

#include <chrono>
#include <exception>
#include <iostream>
#include <utility>
#include <variant>

#include <spdlog/spdlog.h>
#include <unistd.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "troupe/supervision/census.hpp"
#include "troupe/supervision/command_line.hpp"
#include "troupe/supervision/logging.hpp"
#include "troupe/supervision/reload.hpp"
#include "troupe/supervision/run_loop.hpp"
#include "troupe/supervision/signals.hpp"
#include "troupe/supervision/startup_pages.hpp"
#include "troupe/supervision/stray_output.hpp"
#include "troupe/supervision/watchdog.hpp"

namespace troupe::supervision {

namespace {

constexpr int exit_failure = 1;

/// By default glibc gives memory back to the system as soon as 128 KiB at the end of a heap are free, and
/// asks for it again with the next few large messages: for a list of 100 tools that took a third of the
/// CPU time. A thread may keep a megabyte instead. Blocks of that size on are the system's at once.
void keep_freed_memory() noexcept {
#ifdef __GLIBC__
  constexpr int kept_bytes = 1024 * 1024;
  ::mallopt(M_TRIM_THRESHOLD, kept_bytes);
  ::mallopt(M_MMAP_THRESHOLD, kept_bytes);
#endif
}

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
  release_startup_pages();
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
  keep_freed_memory();
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
