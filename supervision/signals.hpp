#pragma once

// The signals of the process as events of one thread. They are blocked in all threads (so they
// interrupt nothing) and read from a descriptor by the thread that runs the server, which has
// nothing else to do.

#include <csignal>
#include <optional>

namespace troupe::supervision {

/// Blocks SIGTERM, SIGINT and SIGHUP in this thread and those that it will start, and ignores
/// SIGPIPE (a peer that closes early is an error code of the write). Before the first thread.
void block_signals();

/// While it lives, this thread and the threads that it starts leave the signals to others.
class signals_blocked_here {
public:
  signals_blocked_here() noexcept;
  signals_blocked_here(const signals_blocked_here&) = delete;
  signals_blocked_here& operator=(const signals_blocked_here&) = delete;
  ~signals_blocked_here();

private:
  sigset_t before_;
};

class signal_reader {
public:
  /// Throws std::system_error if the system has no descriptor left.
  signal_reader();
  signal_reader(const signal_reader&) = delete;
  signal_reader& operator=(const signal_reader&) = delete;
  ~signal_reader();

  /// Waits for the next signal (its number), or for wake() (nothing).
  std::optional<int> next();
  /// Makes a next() that waits, or the one after this, return nothing. From any thread.
  void wake() noexcept;

private:
  int signals_ = -1;
  int wakes_ = -1;
};

/// From now on SIGTERM and SIGINT end the process at once with code 128 + signal, wherever its
/// threads are: the second one, for a person who does not want to wait.
void exit_at_next_signal() noexcept;

} // namespace troupe::supervision
