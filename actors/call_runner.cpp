#include "troupe/actors/call_runner.hpp"

#include <exception>

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

#include "troupe/actors/incident.hpp"

namespace troupe {

encoded_outcome run_function(const handler_function& function, const call& call) {
  try {
    return encode(function(call), *call.data());
  } catch (const std::exception& thrown) {
    return report_incident(*call.data(), thrown.what());
  } catch (...) {
    return report_incident(*call.data(), "an exception of unknown type");
  }
}

void start_function(caf::actor_system& system, const handler& run, const call& call) {
  // One short-lived actor per call: functions run side by side, and one that throws or takes its
  // time concerns nobody else. How many there can be is bounded by limit::calls.
  auto work = [function = run.function(), call](caf::event_based_actor*) {
    const auto& data = *call.data();
    // A call that was cancelled while it waited for a thread is not begun.
    if (call.cancelled())
      return;
    caf::anon_send(data.caller, call_finished{data.number, run_function(function, call)});
  };
  if (run.where() == execution::blocking)
    system.spawn<caf::detached>(std::move(work));
  else
    system.spawn(std::move(work));
}

} // namespace troupe
