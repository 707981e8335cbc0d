#include "troupe/actors/peer_messages.hpp"

namespace troupe {

void add_peer_messages(caf::actor_system_config& to) {
  to.add_message_type<peer_hello>("troupe.peer_hello")
      .add_message_type<peer_batch>("troupe.peer_batch")
      .add_message_type<peer_credit>("troupe.peer_credit")
      .add_message_type<peer_heartbeat>("troupe.peer_heartbeat")
      .add_message_type<peer_members>("troupe.peer_members")
      .add_message_type<peer_holdings>("troupe.peer_holdings")
      .add_message_type<peer_leaving>("troupe.peer_leaving")
      .add_message_type<peer_left_alone>("troupe.peer_left_alone")
      .add_message_type<peer_farewell>("troupe.peer_farewell");
}

} // namespace troupe
