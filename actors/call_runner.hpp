#pragma once

// Takes a call to where its handler runs: a function in place, on the pool or on a thread of its
// own, or an actor; and takes it back when nobody wants the result any more.

#include <atomic>
#include <utility>

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/message_id.hpp>

#include "troupe/actors/call.hpp"
#include "troupe/actors/handler.hpp"
#include "troupe/actors/incident.hpp"

namespace troupe {

/// Calls `function` here and now and encodes what it returns. What it throws becomes an incident.
encoded_outcome run_function(const handler_function& function, const call& call);

/// Starts `run` (a function that is not inline) elsewhere; it ends with call_finished to the caller.
/// Holds the handler by value: the catalog that it came from may be replaced meanwhile.
void start_function(caf::actor_system& system, const handler& run, const call& call);

/// True for a function that is called in place.
inline bool is_inline(const handler& run) noexcept {
  return !run.is_actor() && run.where() == execution::inline_;
}

/// True for a handler whose actor is not running, so that no call can be handed to it.
inline bool is_down(const handler& run) noexcept {
  return run.is_actor() && !run.actor();
}

/// Hands a call to a handler that is not inline and not down. A function answers the caller with
/// call_finished; an actor's answer is given to `done(encoded_outcome&&)` in a later activation of
/// `self`, unless the call is abandoned before. Returns the id of the request to the actor, for
/// abandon_call(); no response id for functions. There is no timeout of CAF's own: callers watch
/// their calls.
template<class Done>
caf::message_id start_call(caf::event_based_actor& self, const handler& run,
                           const call_data_ptr& data, Done done) {
  if (!run.is_actor()) {
    start_function(self.system(), run, call{data});
    return {};
  }
  auto request = self.request(run.actor(), caf::infinite, call{data});
  const auto id = request.id();
  request.then(
      [done, data](outcome& result) {
        if (!data->cancelled.load(std::memory_order_relaxed))
          done(encode(std::move(result), *data));
      },
      [done, data, &self](caf::error& error) {
        if (!data->cancelled.load(std::memory_order_relaxed))
          done(
              report_incident(*data, "the handler's actor failed: " + self.system().render(error)));
      });
  return id;
}

/// Nobody wants the result any more: sets the flag, tells a handler's actor that asked to be told,
/// and takes the request `id` of start_call() out of CAF's table.
void abandon_call(caf::event_based_actor& self, const handler& run, const call_data_ptr& data,
                  caf::message_id id);

} // namespace troupe
