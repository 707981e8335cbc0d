#pragma once

// One thread, one Asio loop, one execution unit of CAF. Sockets and the pinned actors that own them
// share this thread (actors/pinned.hpp), so neither needs a lock. A message between two actors of
// the thread costs no system call: it waits in a plain queue that is drained behind every handler
// of the loop. From other threads it comes through an inbox, with one wake-up for all that is in it.
// With pinned.hpp this is the only file that depends on how CAF 0.17 schedules actors.

#include <chrono>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <caf/execution_unit.hpp>
#include <caf/fwd.hpp>
#include <caf/resumable.hpp>

#include "troupe/actors/timer_wheel.hpp"

namespace troupe::net {

namespace asio = boost::asio;

class io_unit final : public caf::execution_unit {
public:
  /// Moves the time of the thread forward and returns when it wants to be called next (see on_tick).
  using tick_function = std::function<time_point(time_point now)>;

  /// Messages that one actor handles before the others of the thread get their turn.
  static constexpr std::size_t max_throughput = 64;
  /// How long a thread that has nothing to do may leave its timers alone.
  static constexpr std::chrono::milliseconds longest_pause{1000};

  /// `name` is the thread's, as `top -H` shows it: at most 15 bytes.
  io_unit(caf::actor_system& system, std::string name);
  io_unit(const io_unit&) = delete;
  io_unit& operator=(const io_unit&) = delete;
  /// Stops and joins.
  ~io_unit() override;

  /// CAF's entry: pinned actors run here, everything else goes to the pool. From any thread.
  void exec_later(caf::resumable* job) override;

  asio::io_context& loop() noexcept { return loop_; }

  /// Has `tick` called on this thread every timer_wheel::tick while the thread has work, and as
  /// rarely as `tick` asks for (at most longest_pause) while it has none. An empty function ends
  /// that. Only before start() or on the thread; also from within `tick`.
  void on_tick(tick_function tick);

  void start();
  /// Ends the loop; to be called when no pinned actor of this unit is left. From any thread.
  void stop();
  /// Waits for the thread. Not from the thread itself.
  void join();

  /// The unit whose thread this is, or null.
  static io_unit* current() noexcept;

  /// Brings the time of this thread up to date after a pause of the tick, so that timers can be
  /// armed. Messages do it by themselves; to be called first in a socket's handler.
  static void catch_up();

  /// Runs what is queued and ready, without waiting: for tests that drive the unit by hand.
  std::size_t poll();

private:
  using tick_timer =
      asio::basic_waitable_timer<clock, asio::wait_traits<clock>, asio::io_context::executor_type>;

  void run();
  std::size_t run_jobs();
  void resume(caf::resumable* job);
  void take_inbox();
  void tick();
  time_point call_tick(time_point now);
  void end_pause();
  void arm_tick(time_point when);

  asio::io_context loop_;
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::string name_;
  std::thread thread_;

  // Only this thread:
  std::vector<caf::resumable*> ready_;
  std::vector<caf::resumable*> running_;
  tick_timer timer_;
  tick_function tick_;
  bool tick_replaced_ = false;
  bool paused_ = false;

  // Any thread:
  std::mutex inbox_mutex_;
  std::vector<caf::resumable*> inbox_;
};

} // namespace troupe::net
