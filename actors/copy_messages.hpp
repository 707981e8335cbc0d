#pragma once

// What is said about copies of sessions, which one other node keeps for the case that this one crashes
// (docs/decisions/0017-handover.md). On the node of the session:
//
//   copy_queue → session   copy_turn
//   shard → session        keeper_check
//   session → peer         session_copy, a request that is answered with copy_verdict; copy_dropped
//
// The peers say it to each other as peer_copies, a part of peer_batch. On the node that keeps the copy, the keeper:
//
//   peer → shard           copy_arrival, answered with copy_stored; copy_removal
//   cluster → shard        owner_died, owner_doubtful
//   shard → itself         copy_placement, once for each copy that is taken over

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/meta/type_name.hpp>

#include "troupe/actors/session_image.hpp"
#include "troupe/actors/timer_wheel.hpp"
#include "troupe/protocol/session_id.hpp"
#include "troupe/protocol/session_seal.hpp"

namespace troupe {

/// What became of a copy on its way.
enum class copy_outcome : std::uint8_t {
  kept,
  unknown, ///< the keeper has nothing to which these changes belong: send it whole
  refused, ///< it has no room, or keeps none
  lost,    ///< the connection ended, or nobody answered
};
inline constexpr std::size_t copy_outcome_count = 4;

constexpr std::string_view to_string(copy_outcome outcome) noexcept {
  constexpr std::string_view names[] = {"kept", "unknown", "refused", "lost"};
  return names[static_cast<std::size_t>(outcome)];
}

// -- across ---------------------------------------------------------------------------------------

/// A session, or what has changed of it: then only events that the keeper has not.
struct copied_session {
  std::uint64_t number = 0; ///< by the sending peer, for the answer
  bool whole = true;
  session_image image;
};
struct copy_answer {
  std::uint64_t number = 0;
  std::uint8_t outcome = 0; ///< copy_outcome
};
struct peer_copies {
  std::vector<copied_session> sessions;
  std::vector<copy_answer> answers;
  std::vector<std::string> dropped; ///< ids of sessions whose copy is not needed any more
};

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, copied_session& x) {
  return f(caf::meta::type_name("copied_session"), x.number, x.whole, x.image);
}
template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, copy_answer& x) {
  return f(caf::meta::type_name("copy_answer"), x.number, x.outcome);
}
template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, peer_copies& x) {
  return f(caf::meta::type_name("peer_copies"), x.sessions, x.answers, x.dropped);
}

// -- on the node of the session -------------------------------------------------------------------

/// Now it is your turn, in this lane of the queue. `since`: when there was first something new.
struct copy_turn {
  protocol::node_number lane = 0;
  time_point since{};
};
/// Other nodes are there than before: perhaps another one is to keep your copy.
struct keeper_check {};

struct session_copy {
  std::shared_ptr<session_image> image;
  bool whole = true;
};
struct copy_verdict {
  copy_outcome outcome = copy_outcome::lost;
};
struct copy_dropped {
  protocol::session_id session;
};

// -- on the keeper's ------------------------------------------------------------------------------

struct copy_arrival {
  std::shared_ptr<session_image> image;
  bool whole = true;
  protocol::node_number owner = 0;
  caf::actor peer;
  std::uint64_t number = 0; ///< for the answer
};
struct copy_stored {
  std::uint64_t number = 0;
  copy_outcome outcome = copy_outcome::refused;
};
struct copy_removal {
  protocol::session_id session;
  protocol::node_number owner = 0;
};

/// It is proven that the process of `owner` has ended: go on with the sessions whose copies came through
/// the connection `via`, the last one with it.
struct owner_died {
  protocol::node_number owner = 0;
  caf::actor_id via = 0;
};
/// The connection is gone, and `owner` may live and have its sessions copied elsewhere: its copies here are
/// of no use.
struct owner_doubtful {
  protocol::node_number owner = 0;
};
/// This session is to go on on some node, but those in `tried`.
struct copy_placement {
  std::shared_ptr<session_image> image;
  std::vector<protocol::node_number> tried;
};

} // namespace troupe

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::copy_turn)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::keeper_check)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::session_copy)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::copy_verdict)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::copy_dropped)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::copy_arrival)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::copy_stored)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::copy_removal)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::owner_died)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::owner_doubtful)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::copy_placement)
