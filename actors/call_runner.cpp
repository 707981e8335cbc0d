#include "troupe/actors/call_runner.hpp"

#include <cstddef>
#include <exception>
#include <utility>

#include <caf/error.hpp>
#include <caf/ref_counted.hpp>
#include <caf/resumable.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>
#include <caf/sec.hpp>
#include <caf/send.hpp>

namespace troupe {

namespace {

/// A call that was cancelled while it waited for a thread is not begun.
void finish(const handler_function& function, const call& call) {
  const auto& data = *call.data();
  if (!call.cancelled())
    caf::anon_send(data.caller, call_finished{data.number, run_function(function, call)});
}

/// One call of a function on CAF's pool. Not an actor: nobody has anything to tell it, and making one
/// takes several times as long as this.
class pool_job final : public caf::ref_counted, public caf::resumable {
public:
  pool_job(handler_function function, troupe::call call)
      : function_(std::move(function)), call_(std::move(call)) {}

  subtype_t subtype() const override { return function_object; }
  resume_result resume(caf::execution_unit*, std::size_t) override {
    finish(function_, call_);
    return done;
  }
  void intrusive_ptr_add_ref_impl() override { ref(); }
  void intrusive_ptr_release_impl() override { deref(); }

private:
  handler_function function_;
  troupe::call call_;
};

} // namespace

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
  // One job or thread per call: functions run side by side, and one that throws or takes its time
  // concerns nobody else. How many there can be is bounded by limit::calls.
  if (run.where() == execution::blocking)
    system.spawn<caf::detached>(
        [function = run.function(), call](caf::event_based_actor*) { finish(function, call); });
  else // the scheduler releases it when it has run
    system.scheduler().enqueue(new pool_job{run.function(), call});
}

void abandon_call(caf::event_based_actor& self, const handler& run, const call_data_ptr& data,
                  caf::message_id id) {
  data->cancelled.store(true, std::memory_order_relaxed);
  if (!run.is_actor() || !id.is_response())
    return;
  if (run.options().cancellation_messages)
    self.send(run.actor(), call_cancelled{call{data}});
  // CAF keeps a place for the answer, which nobody will take: this makes it go.
  self.enqueue(nullptr, id, caf::make_message(caf::make_error(caf::sec::request_timeout)), nullptr);
}

} // namespace troupe
