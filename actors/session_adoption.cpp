#include "troupe/actors/session_adoption.hpp"

#include <string_view>
#include <utility>

#include <caf/send.hpp>

#include "troupe/actors/capability_bits.hpp"
#include "troupe/actors/session_actor.hpp"
#include "troupe/actors/session_takeover.hpp"
#include "troupe/protocol/log_level.hpp"

namespace troupe {

namespace {

constexpr std::string_view is_here = "it has a session of this id";

void restore_session(const shard_state_ptr& shard, session_image& image) {
  const auto id = protocol::session_id::parse(image.id).value();
  const auto number = shard->next_client++;
  const auto handle = spawn_pinned<session_actor, caf::lazy_init>(*shard->home, shard, id, number,
                                                                  session_transport{});
  shard->sessions.emplace(id, handle);
  shard->clients.emplace(number, handle);
  shard->adopt(handle);
  shard->hold_foreign(id);
  auto& self = static_cast<session_actor&>(*caf::actor_cast<caf::abstract_actor*>(handle));
  self.on_event([&] { self.unpack(image); });
}

/// What is being made, and for whom. Dropping it gives back the slots that it still holds.
class adopting {
public:
  adopting(std::weak_ptr<shard_state> shard, std::shared_ptr<session_image> image,
           std::function<void(std::string)> then)
      : shard_(std::move(shard)), image_(std::move(image)), then_(std::move(then)) {}
  adopting(const adopting&) = delete;
  adopting& operator=(const adopting&) = delete;

  ~adopting() {
    if (const auto shard = shard_.lock(); shard && holds_session_)
      shard->limits.release(limit::sessions);
  }

  void on_session_slot(bool acquired, const std::shared_ptr<adopting>& self) {
    const auto shard = shard_.lock();
    if (!acquired || !shard) {
      answer("the limit of sessions is reached there (limits.max_sessions)");
      return;
    }
    holds_session_ = true;
    if (image_->ready) {
      make(shard);
      return;
    }
    shard->limits.acquire(limit::uninitialized_sessions, [self](bool second) {
      const auto owner = self->shard_.lock();
      if (second && owner)
        self->make(owner);
      else
        self->answer("the limit of sessions that are not initialised is reached there "
                     "(limits.max_uninitialized_sessions)");
    });
  }

private:
  void answer(std::string refused) { std::exchange(then_, {})(std::move(refused)); }

  void make(const shard_state_ptr& shard) {
    // It may have come in another way meanwhile.
    if (shard->sessions.contains(protocol::session_id::parse(image_->id).value())) {
      if (!image_->ready)
        shard->limits.release(limit::uninitialized_sessions);
      answer(std::string{is_here});
      return;
    }
    holds_session_ = false; // the session's from here on
    restore_session(shard, *image_);
    answer({});
  }

  std::weak_ptr<shard_state> shard_;
  std::shared_ptr<session_image> image_;
  std::function<void(std::string)> then_;
  bool holds_session_ = false;
};

} // namespace

void adopt_session(const shard_state_ptr& shard, std::shared_ptr<session_image> image,
                   std::function<void(std::string refused)> then) {
  const auto id = protocol::session_id::parse(image->id);
  const auto revision = protocol::revision_from(image->revision);
  if (!id || !revision || !protocol::has_sessions(*revision) ||
      image->log_level >= protocol::log_level_count) {
    then("what came is not a session");
    return;
  }
  if (shard->draining) {
    then("it is shutting down too");
    return;
  }
  if (shard->sessions.contains(*id)) {
    then(std::string{is_here});
    return;
  }
  const auto self = std::make_shared<adopting>(shard, std::move(image), std::move(then));
  shard->limits.acquire(limit::sessions,
                        [self](bool acquired) { self->on_session_slot(acquired, self); });
}

void adopt_session(const shard_state_ptr& shard, adoption& request) {
  // The answer may come from within another actor.
  adopt_session(
      shard, settle_copy(*shard, std::move(request.image)),
      [peer = request.peer, number = request.number](std::string refused) {
        caf::anon_send(peer, adoption_verdict{moving::session, number, std::move(refused)});
      });
}

void session_actor::unpack(session_image& image) {
  using std::chrono::milliseconds;
  client_->revision = protocol::revision_from(image.revision).value();
  client_->capabilities = capabilities_from(image.capabilities);
  client_->identity.name = std::move(image.client_name);
  client_->identity.version = std::move(image.client_version);
  client_->identity.revision = to_string(client_->revision);
  client_->log_level(static_cast<protocol::log_level>(image.log_level));
  phase_ = image.ready ? phase::ready : phase::uninitialized;
  last_activity_ = now() - milliseconds{image.idle_ms};
  created_ = now() - milliseconds{image.age_ms};
  next_question_ = image.next_question;
  for (auto& uri : image.subscriptions) {
    if (subscriptions_.size() >= options().max_subscriptions)
      break; // this node allows fewer
    shard_->subscriptions[uri].push_back(caf::actor_cast<caf::actor>(this));
    subscriptions_.push_back(std::move(uri));
  }
  streams_.unpack(image, now());
  observer().session_opened(client_->revision, transport_.kind);
  if (shard_->hooks) {
    send(shard_->hooks, client_connected{client_->identity});
    if (image.ready)
      send(shard_->hooks, client_initialized{client_->identity});
  }
  ++settings_changes_;
  schedule();
  note_changes();
}

} // namespace troupe
