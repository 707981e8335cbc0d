#include "troupe/net/io_unit.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>
#include <caf/actor_system.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>
#include <pthread.h>

namespace troupe::net {

namespace {

thread_local io_unit* unit_of_this_thread = nullptr;

/// Actors of the pool that have got messages from this thread's. They are handed over together, when
/// the thread has nothing else to do for the moment: each hand-over wakes a thread of the pool, which
/// may take the core at once, for one message instead of for all that are about to come.
thread_local std::vector<caf::resumable*> for_the_pool;

void hand_over(caf::actor_system& system) {
  for (auto* job : for_the_pool)
    system.scheduler().enqueue(job);
  for_the_pool.clear();
}

/// Rounds of jobs between two looks at the sockets: a request's way from connection to session and
/// back fits, a pair of actors that never stop talking cannot starve the thread.
constexpr std::size_t max_rounds = 8;

/// Handlers of the loop in a row before the messages that they have sent are handled. Reading and
/// parsing requests is other code than answering them, and together more than the processor's first
/// cache holds: changing between the two for each request costs a tenth of its time. No more than
/// glibc's malloc keeps ready of one size for a thread (tcache_count), or documents and messages
/// would be taken from where it has to search.
constexpr std::size_t bunch = 7;

/// Jobs of a long round after which those run that they have made ready: an event for thousands of
/// sessions reaches each one's connection while both are still in the processor's cache.
constexpr std::size_t slice = 32;

constexpr std::size_t initial_queue_capacity = 256;

} // namespace

io_unit::io_unit(caf::actor_system& system, std::string name)
    : caf::execution_unit(&system),
      // Only posting comes from other threads: sockets and timers need no lock.
      loop_(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO),
      work_(loop_.get_executor()),
      name_(std::move(name)),
      timer_(loop_) {
  ready_.reserve(initial_queue_capacity);
  running_.reserve(initial_queue_capacity);
  inbox_.reserve(initial_queue_capacity);
}

io_unit::~io_unit() {
  stop();
  join();
  for (auto* job : ready_)
    caf::intrusive_ptr_release(job);
  for (auto* job : inbox_)
    caf::intrusive_ptr_release(job);
}

io_unit* io_unit::current() noexcept {
  return unit_of_this_thread;
}

void io_unit::catch_up() {
  if (unit_of_this_thread != nullptr && unit_of_this_thread->paused_)
    unit_of_this_thread->end_pause();
}

void io_unit::exec_later(caf::resumable* job) {
  if (job->subtype() != caf::resumable::io_actor) {
    if (unit_of_this_thread == this)
      for_the_pool.push_back(job);
    else
      system().scheduler().enqueue(job);
    return;
  }
  if (unit_of_this_thread == this) {
    ready_.push_back(job);
    return;
  }
  bool wake = false;
  {
    const std::lock_guard lock{inbox_mutex_};
    wake = inbox_.empty();
    inbox_.push_back(job);
  }
  if (wake)
    asio::post(loop_, [this] { take_inbox(); });
}

void io_unit::take_inbox() {
  const std::lock_guard lock{inbox_mutex_};
  ready_.insert(ready_.end(), inbox_.begin(), inbox_.end());
  inbox_.clear();
}

void io_unit::resume(caf::resumable* job) {
  switch (job->resume(this, max_throughput)) {
  case caf::resumable::resume_later:
    ready_.push_back(job);
    break;
  case caf::resumable::done:
  case caf::resumable::awaiting_message:
    caf::intrusive_ptr_release(job);
    break;
  case caf::resumable::shutdown_execution_unit:
    break;
  }
}

std::size_t io_unit::run_jobs() {
  if (paused_ && !ready_.empty())
    end_pause();
  std::size_t count = 0;
  std::vector<caf::resumable*> made_ready; // allocates nothing in a round of usual length
  for (std::size_t round = 0; round < max_rounds && !ready_.empty(); ++round) {
    running_.swap(ready_);
    for (std::size_t i = 0; i < running_.size(); ++i) {
      resume(running_[i]);
      if (i % slice != slice - 1)
        continue;
      made_ready.swap(ready_);
      for (auto* job : made_ready)
        resume(job);
      count += made_ready.size();
      made_ready.clear();
    }
    count += running_.size();
    running_.clear();
  }
  hand_over(system());
  return count;
}

void io_unit::run() {
  unit_of_this_thread = this;
  for (;;) {
    auto handled = ready_.empty() ? loop_.run_one() : loop_.poll_one();
    for (std::size_t more = 1; more < bunch && loop_.poll_one() != 0; ++more)
      ++handled;
    run_jobs();
    if (handled == 0 && loop_.stopped())
      break;
  }
  unit_of_this_thread = nullptr;
}

std::size_t io_unit::poll() {
  auto* const outer = std::exchange(unit_of_this_thread, this);
  std::size_t count = 0;
  for (;;) {
    loop_.restart();
    const auto handled = loop_.poll_one() + run_jobs();
    if (handled == 0)
      break;
    count += handled;
  }
  unit_of_this_thread = outer;
  return count;
}

void io_unit::start() {
  thread_ = std::thread{[this] {
    pthread_setname_np(pthread_self(), name_.substr(0, 15).c_str());
    run();
  }};
}

void io_unit::stop() {
  loop_.stop();
}

void io_unit::join() {
  if (thread_.joinable())
    thread_.join();
}

void io_unit::on_tick(tick_function tick) {
  tick_ = std::move(tick);
  tick_replaced_ = true;
  paused_ = false;
  if (tick_)
    arm_tick(clock::now() + timer_wheel::tick);
  else
    timer_.cancel();
}

void io_unit::tick() {
  if (!tick_)
    return;
  const auto now = clock::now();
  const auto wanted = call_tick(now);
  if (tick_replaced_ || !tick_)
    return;
  const auto next = std::clamp<time_point>(wanted, now + timer_wheel::tick, now + longest_pause);
  paused_ = next > now + timer_wheel::tick;
  arm_tick(next);
}

/// A timer that fires may end the shard, which then takes its tick away.
time_point io_unit::call_tick(time_point now) {
  tick_replaced_ = false;
  auto running = std::exchange(tick_, {});
  const auto wanted = running(now);
  if (!tick_replaced_)
    tick_ = std::move(running);
  return wanted;
}

void io_unit::end_pause() {
  paused_ = false;
  const auto now = clock::now();
  call_tick(now);
  // What runs next may arm timers that the tick did not know of, so it is asked again soon.
  if (!tick_replaced_)
    arm_tick(now + timer_wheel::tick);
}

void io_unit::arm_tick(time_point when) {
  timer_.expires_at(when); // also cancels the wait before
  timer_.async_wait([this](const boost::system::error_code& reason) {
    if (!reason)
      tick();
  });
}

} // namespace troupe::net
