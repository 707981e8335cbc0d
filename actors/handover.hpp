#pragma once

// What is said about a session or task that goes from one node to another. On the old node:
//
//   session → peer of the heir    session_handover, a request; answered with handover_verdict
//   task → peer of the heir       task_handover, likewise
//   session, shard → transport    bounced: the session is elsewhere, nothing was done
//
// The peers say it to each other as a part of peer_batch (peer_messages.hpp). On the new node:
//
//   peer → shard                  adoption, task_adoption; answered with adoption_verdict

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/message.hpp>

#include "troupe/actors/exchange.hpp"
#include "troupe/actors/session_image.hpp"
#include "troupe/actors/task_image.hpp"
#include "troupe/protocol/session_seal.hpp"

namespace troupe {

/// session → peer: the other node is to go on with this session.
struct session_handover {
  std::shared_ptr<session_image> image;
};

/// task → peer: the other node is to go on with this task.
struct task_handover {
  std::shared_ptr<task_image> image;
};

enum class handover_outcome : std::uint8_t {
  taken,
  refused, ///< and the other node has nothing of it
  lost,    ///< the connection ended: nobody knows
};
inline constexpr std::size_t handover_outcome_count = 3;

constexpr std::string_view to_string(handover_outcome outcome) noexcept {
  constexpr std::string_view names[] = {"taken", "refused", "lost"};
  return names[static_cast<std::size_t>(outcome)];
}

struct handover_verdict {
  handover_outcome outcome = handover_outcome::refused;
  std::string why; ///< unless it was taken
};

/// session, shard → transport: the session is not here, so nothing was done. The transport takes
/// `content` to where it is.
struct bounced {
  exchange_id exchange = 0;
  protocol::session_id session;
  caf::message content;           ///< client_post, client_notice, client_message, stream_request or
                                  ///< session_deletion, as it came
  protocol::node_number from = 0; ///< which node does not have it
  protocol::node_number to = 0;   ///< which one has, if that is known
  /// `from` leaves and takes no more requests: to whom it has given sessions.
  std::vector<protocol::node_number> heirs{};
};

/// peer → shard: a session of another node that is to go on here.
struct adoption {
  std::shared_ptr<session_image> image;
  caf::actor peer;
  std::uint64_t number = 0; ///< for the answer
};
/// peer → shard: likewise.
struct task_adoption {
  std::shared_ptr<task_image> image;
  caf::actor peer;
  std::uint64_t number = 0; ///< for the answer
};
enum class moving : std::uint8_t { session, task };
/// shard → peer.
struct adoption_verdict {
  moving what = moving::session;
  std::uint64_t number = 0;
  std::string refused; ///< empty: it was taken
};

/// shard → session, task: now it is your turn to be handed over (handover_queue.hpp).
struct handover_turn {};
/// session → itself, behind everything else: it has been handed over, and this is the end.
struct handover_over {};

} // namespace troupe

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::session_handover)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::task_handover)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::handover_verdict)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::bounced)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::adoption)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::task_adoption)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::adoption_verdict)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::handover_turn)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::handover_over)
