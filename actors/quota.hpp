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
};
inline constexpr std::size_t limit_count = 4;

/// The name used in configuration, metrics and error messages.
std::string_view to_string(limit what) noexcept;

class quota {
public:
  /// Asks the registry for `amount` more slots; the answer comes back through granted().
  using request_more = std::function<void(limit, std::size_t amount)>;
  using waiter = std::function<void(bool acquired)>;

  /// Waiters beyond this number are told "no" at once.
  static constexpr std::size_t max_waiters = 1024;

  explicit quota(request_more ask);

  /// Takes a slot if the lease has one. Never waits. False also triggers a request for more.
  [[nodiscard]] bool try_acquire(limit what);
  /// Takes a slot now or when the registry has answered; `then` is called exactly once, perhaps
  /// before this returns. A "no" is the registry's: no thread of the node has a slot to spare.
  void acquire(limit what, waiter then);
  void release(limit what);

  /// The registry's answer: `amount` new slots, none if the node's limit is reached.
  void granted(limit what, std::size_t amount);
  /// Gives up to `amount` unused slots back; returns how many. Called when another thread needs them.
  std::size_t recall(limit what, std::size_t amount);
  /// Sets the block size in which slots are requested (a function of the limit and the threads).
  void block(limit what, std::size_t size);

  std::size_t used(limit what) const noexcept { return counters_[index(what)].used; }
  std::size_t leased(limit what) const noexcept { return counters_[index(what)].leased; }

private:
  struct counter {
    std::size_t used = 0;
    std::size_t leased = 0;
    std::size_t block = 1;
    bool asking = false;
    std::vector<waiter> waiting;
  };
  static constexpr std::size_t index(limit what) { return static_cast<std::size_t>(what); }
  void refill(limit what);

  request_more ask_;
  std::array<counter, limit_count> counters_;
};

} // namespace troupe
