#pragma once

// Ends the process when a shutdown hangs. It is a plain thread, because the actor system is what may
// hang: CAF 0.17 has a known race at shutdown, and a handler that never returns cannot be killed.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace troupe::supervision {

class watchdog {
public:
  /// The exit code of a process that the watchdog ended.
  static constexpr int exit_code = 3;

  /// Called on the watchdog's thread with what was being waited for. The default writes a line to
  /// stderr and ends the process with `exit_code`.
  using bite = std::function<void(const std::string& waiting_for)>;

  watchdog(std::chrono::milliseconds limit, std::string waiting_for, bite on_expiry = {});
  watchdog(const watchdog&) = delete;
  watchdog& operator=(const watchdog&) = delete;
  /// Calls it off.
  ~watchdog();

  /// What to blame from now on. From any thread.
  void now_waiting_for(std::string what);

private:
  void watch(std::chrono::steady_clock::time_point deadline);

  std::mutex mutex_;
  std::condition_variable changed_;
  bool called_off_ = false;
  std::string waiting_for_;
  bite on_expiry_;
  std::thread thread_;
};

} // namespace troupe::supervision
