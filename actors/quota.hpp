#pragma once

// The limits of a node, as one I/O thread sees them.
//
// The registry owns every limit and leases it in blocks, so that accepting a connection or starting
// a call asks nobody: it takes a slot from its thread's lease. A lease that runs low is refilled by
// message before it is empty; one that is empty waits for the registry's word, because another
// thread may hold slots that it does not use. Lives on its shard's thread, without locks.

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string_view>
#include <vector>

namespace troupe {

/// What a node counts and limits.
enum class limit : std::uint8_t {
  connections,            ///< open sockets on the MCP endpoint
  sessions,               ///< sessions, initialised or not
  uninitialized_sessions, ///< sessions whose client has not sent notifications/initialized
  calls,                  ///< calls running on the pool, in actors or waiting for their client
  tasks,                  ///< tasks, until their time to live is over
};
inline constexpr std::size_t limit_count = 5;

/// The name used in configuration, metrics and error messages.
std::string_view to_string(limit what) noexcept;

class quota {
public:
  /// Asks the registry for `amount` more slots; the answer comes back through granted().
  using request_more = std::function<void(limit, std::size_t amount)>;
  /// Gives slots back to the registry that were recalled while all were in use.
  using repay = std::function<void(limit, std::size_t amount)>;
  using waiter = std::function<void(bool acquired)>;

  /// Waiters beyond this number are told "no" at once.
  static constexpr std::size_t max_waiters = 1024;

  explicit quota(request_more ask);

  // -- for those who need slots -------------------------------------------------------------------

  /// Takes a slot if the lease has one. Never waits. Also asks for more when the lease runs low;
  /// false says nothing about other threads' leases.
  [[nodiscard]] bool try_acquire(limit what);
  /// Takes a slot now or when the registry has answered; `then` is called exactly once, perhaps
  /// before this returns, unless the thread's shard ends first. A "no" is exact: after this call
  /// there was a moment when no thread of the node had a slot to spare.
  void acquire(limit what, waiter then);
  void release(limit what);

  std::size_t used(limit what) const noexcept { return counters_[index(what)].used; }
  std::size_t leased(limit what) const noexcept { return counters_[index(what)].leased; }

  // -- for the shard, which speaks with the registry ----------------------------------------------

  /// Whom recalled slots are given back to; without it they stay here.
  void repay_with(repay give_back) { repay_ = std::move(give_back); }
  /// Sets the block size in which slots are requested (a function of the limit and the threads).
  void block(limit what, std::size_t size);
  /// Asks for the first block of every limit.
  void stock_up();
  /// The registry's answer: `amount` new slots, none if the node's limit is reached.
  void granted(limit what, std::size_t amount);
  /// Another thread needs slots: gives up to `amount` back, but keeps half of the unused ones (the
  /// last one is given). Returns how many. With none unused, those that become free next are repaid.
  std::size_t recall(limit what, std::size_t amount);
  /// There is a new registry, which knows nothing of earlier requests: asks again.
  void ask_again();
  /// The shard ends: nobody is asked and nothing acquired any more; those who wait are forgotten.
  void disconnect() noexcept;
  /// What is leased, by index of `limit`.
  std::vector<std::size_t> leases() const;

private:
  struct limit_counter {
    std::size_t used = 0;
    std::size_t leased = 0;
    std::size_t block = 1;
    std::size_t owed = 0;      ///< recalled while all were in use
    std::size_t asked_for = 0; ///< how many waiters the unanswered request speaks for
    bool asking = false;
    std::deque<waiter> waiting;
  };
  static constexpr std::size_t index(limit what) { return static_cast<std::size_t>(what); }
  static waiter take_first(limit_counter& from);
  void refill(limit what);
  void ask(limit what);

  request_more ask_;
  repay repay_;
  std::array<limit_counter, limit_count> counters_;
};

} // namespace troupe
