#include "troupe/supervision/watchdog.hpp"

#include <cstdio>
#include <utility>

#include <pthread.h>
#include <unistd.h>

namespace troupe::supervision {

namespace {

/// Not through the log: its threads may be part of what hangs.
void end_process(const std::string& waiting_for) {
  const auto line = "troupe: the shutdown hangs (waiting for " + waiting_for +
                    "); the process is ended. Calls that never return cause this.\n";
  std::fputs(line.c_str(), stderr);
  std::fflush(stderr);
  ::_exit(watchdog::exit_code);
}

} // namespace

watchdog::watchdog(std::chrono::milliseconds limit, std::string waiting_for, bite on_expiry)
    : waiting_for_(std::move(waiting_for)),
      on_expiry_(on_expiry ? std::move(on_expiry) : end_process),
      thread_([this, deadline = std::chrono::steady_clock::now() + limit] { watch(deadline); }) {}

watchdog::~watchdog() {
  {
    const std::lock_guard guard{mutex_};
    called_off_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void watchdog::now_waiting_for(std::string what) {
  const std::lock_guard guard{mutex_};
  waiting_for_ = std::move(what);
}

void watchdog::watch(std::chrono::steady_clock::time_point deadline) {
  ::pthread_setname_np(::pthread_self(), "troupe-watchdog");
  std::unique_lock guard{mutex_};
  if (changed_.wait_until(guard, deadline, [this] { return called_off_; }))
    return;
  on_expiry_(waiting_for_);
}

} // namespace troupe::supervision
