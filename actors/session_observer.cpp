#include "troupe/actors/session_observer.hpp"

namespace troupe {

std::string_view to_string(session_end why) noexcept {
  switch (why) {
  case session_end::deleted:
    return "deleted";
  case session_end::idle:
    return "idle";
  case session_end::never_initialized:
    return "never_initialized";
  case session_end::refused:
    return "refused";
  case session_end::disconnected:
    return "disconnected";
  case session_end::drained:
    return "drained";
  case session_end::moved:
    return "moved";
  case session_end::failed:
    return "failed";
  }
  return "unknown";
}

std::string_view to_string(task_end what) noexcept {
  switch (what) {
  case task_end::completed:
    return "completed";
  case task_end::failed:
    return "failed";
  case task_end::cancelled:
    return "cancelled";
  case task_end::expired:
    return "expired";
  case task_end::moved:
    return "moved";
  }
  return "unknown";
}

std::string_view to_string(outcome_kind what) noexcept {
  switch (what) {
  case outcome_kind::ok:
    return "ok";
  case outcome_kind::tool_error:
    return "tool_error";
  case outcome_kind::protocol_error:
    return "protocol_error";
  case outcome_kind::internal_error:
    return "internal_error";
  case outcome_kind::cancelled:
    return "cancelled";
  case outcome_kind::timed_out:
    return "timed_out";
  case outcome_kind::refused:
    return "refused";
  }
  return "unknown";
}

} // namespace troupe
