#include "troupe/actors/absent_session.hpp"

#include <utility>

#include "troupe/actors/handover.hpp"
#include "troupe/protocol/encode.hpp"

namespace troupe {

caf::message answer_absent(shard_state& shard, routed& message) {
  const auto heir = shard.moved.heir_of(message.session);
  if (heir != 0 || shard.foreign_owner(message.session))
    return caf::make_message(
        bounced{message.exchange, message.session, std::move(message.content), shard.node, heir});
  reply answer;
  answer.exchange = message.exchange;
  answer.status = 404;
  protocol::append_error(
      answer.body, std::nullopt,
      protocol::make_invalid_request("There is no such session; begin a new one with initialize."));
  return caf::make_message(std::move(answer));
}

} // namespace troupe
