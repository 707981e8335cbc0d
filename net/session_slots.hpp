#pragma once

// The slots that a new session needs, while the registry is still being asked for them. Whoever
// drops the object gives back what was acquired: a connection may die in between.

#include <functional>
#include <memory>
#include <optional>

#include <caf/actor_addr.hpp>
#include <caf/allowed_unsafe_message_type.hpp>

#include "troupe/actors/exchange.hpp"
#include "troupe/actors/shard_state.hpp"
#include "troupe/protocol/rpc_error.hpp"

namespace troupe::net {

class session_slots {
public:
  explicit session_slots(std::weak_ptr<shard_state> shard) : shard_(std::move(shard)) {}
  session_slots(const session_slots&) = delete;
  session_slots& operator=(const session_slots&) = delete;
  ~session_slots();

  /// Takes both slots if the thread's lease has them, for open_session(); never waits.
  static bool try_acquire(quota& limits);

  using answer = std::function<void(const std::shared_ptr<session_slots>&)>;
  /// Takes both, or learns which limit is reached; `then` is called once, perhaps before this
  /// returns. Only on the shard's thread.
  static void acquire(const shard_state_ptr& shard, answer then);

  /// The limit that is reached; nothing if both slots are held.
  std::optional<limit> refused() const noexcept { return refused_; }
  /// The slots belong to a session now.
  void hand_over() noexcept { holds_session_ = holds_uninitialized_ = false; }

private:
  static void acquire_second(const shard_state_ptr& shard, std::shared_ptr<session_slots> slots,
                             answer then);

  std::weak_ptr<shard_state> shard_;
  std::optional<limit> refused_;
  bool holds_session_ = false;
  bool holds_uninitialized_ = false;
};

/// The answer to the question whether a new session may be opened; from a connection to itself.
struct slots_answered {
  exchange_id exchange = 0;
  std::shared_ptr<session_slots> slots;
};

/// Asks for both slots; the answer comes to `asker`, if it still exists, as slots_answered.
void request_session_slots(const shard_state_ptr& shard, const caf::actor_addr& asker,
                           exchange_id exchange);

/// Counts that a session was refused because `reached` is, and says so.
protocol::rpc_error refuse_session(const shard_state& shard, limit reached);

} // namespace troupe::net

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::net::slots_answered)
