#include "troupe/actors/session_takeover.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include "troupe/actors/copied_image.hpp"
#include "troupe/actors/handover.hpp"
#include "troupe/actors/session_adoption.hpp"
#include "troupe/actors/session_home.hpp"

namespace troupe {

namespace {

/// For the answer of another node. Beyond it nobody knows whether it has the session.
constexpr std::chrono::seconds verdict_timeout{10};

void give_up(const shard_state& shard, const protocol::session_id& id, const std::string& why) {
  shard.kept->observer().session_taken_over(takeover_outcome::dropped);
  spdlog::warn("session={} is lost with its node: {}", id.prefix(), why);
}

/// Here, or else where there is room.
void place_here(const shard_state_ptr& shard, const copy_placement& placement,
                const protocol::session_id& id) {
  // What is refused is tried elsewhere, as it was.
  auto image = std::make_shared<session_image>(*placement.image);
  adopt_session(shard, std::move(image),
                [weak = std::weak_ptr<shard_state>{shard}, placement, id](std::string refused) {
                  const auto owner = weak.lock();
                  if (!owner || !owner->kept)
                    return;
                  if (refused.empty()) {
                    owner->kept->observer().session_taken_over(takeover_outcome::taken);
                    return;
                  }
                  spdlog::info("session={} of a node that was lost finds no room here: {}",
                               id.prefix(), refused);
                  auto next = placement;
                  next.tried.push_back(owner->node);
                  if (owner->shard)
                    caf::anon_send(owner->shard, std::move(next));
                });
}

/// If that node refuses it, perhaps because it has it, no other one is asked: that would make two of it.
void place_elsewhere(caf::event_based_actor& self, const shard_state_ptr& shard,
                     const session_heir& heir, const copy_placement& placement,
                     const protocol::session_id& id) {
  self.request(heir.peer, verdict_timeout, session_handover{placement.image})
      .then(
          [shard, id](const handover_verdict& verdict) {
            if (!shard->kept)
              return;
            if (verdict.outcome == handover_outcome::taken)
              shard->kept->observer().session_taken_over(takeover_outcome::handed_on);
            else
              give_up(*shard, id, "another node does not take it: " + verdict.why);
          },
          [shard, id](const caf::error&) {
            if (shard->kept)
              give_up(*shard, id, "another node that was to take it does not answer");
          });
}

} // namespace

void keep_copy(shard_state& shard, copy_arrival& arrived) {
  const auto outcome = shard.kept ? shard.kept->keep(arrived) : copy_outcome::refused;
  caf::anon_send(arrived.peer, copy_stored{arrived.number, outcome});
}

void drop_copy(shard_state& shard, const copy_removal& gone) {
  if (shard.kept)
    shard.kept->remove(gone);
}

void forget_copies(shard_state& shard, const owner_doubtful& lost) {
  if (shard.kept)
    shard.kept->forget(lost.owner);
}

void take_over(const shard_state_ptr& shard, const owner_died& dead) {
  if (!shard->kept || !shard->shard)
    return;
  auto copies = shard->kept->take_all(dead);
  if (!copies.empty())
    spdlog::info("shard={} node={:08x} has ended: {} of its sessions go on here", shard->index,
                 dead.owner, copies.size());
  for (auto& image : copies) {
    revive(*image);
    caf::anon_send(shard->shard, copy_placement{std::move(image), {dead.owner}});
  }
}

void place_copy(caf::event_based_actor& self, const shard_state_ptr& shard,
                const copy_placement& placement) {
  const auto id = protocol::session_id::parse(placement.image->id);
  if (!id || !shard->kept || !shard->nodes || shard->sessions.contains(*id))
    return;
  auto tried = placement.tried;
  if (shard->draining)
    tried.push_back(shard->node);
  const auto heir = find_successor(*shard->nodes, *id, tried);
  if (!heir)
    give_up(*shard, *id, "no node has room for it");
  else if (!heir->peer)
    place_here(shard, placement, *id);
  else
    place_elsewhere(self, shard, *heir, placement, *id);
}

std::shared_ptr<session_image> settle_copy(shard_state& shard,
                                           std::shared_ptr<session_image> image) {
  const auto id = protocol::session_id::parse(image->id);
  auto copy = id && shard.kept ? shard.kept->take(*id) : nullptr;
  if (!copy || image->version == 0 || copy->version <= image->version)
    return image;
  revive(*copy);
  return copy;
}

} // namespace troupe
