// Every method that a client of any revision may send us, as a number: it indexes tables, and it
// bounds the values of the metrics' `method` label (what is not known is `unknown`, whatever the
// client called it).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace troupe::protocol {

enum class method : std::uint8_t {
  initialize,
  ping,
  server_discover,
  tools_list,
  tools_call,
  resources_list,
  resources_templates_list,
  resources_read,
  resources_subscribe,
  resources_unsubscribe,
  prompts_list,
  prompts_get,
  completion_complete,
  logging_set_level,
  subscriptions_listen,
  tasks_get,
  tasks_result,
  tasks_list,
  tasks_update,
  tasks_cancel,
  notifications_initialized,
  notifications_cancelled,
  notifications_progress,
  notifications_roots_list_changed,
  notifications_tasks_status,
  unknown,
};

/// For tables indexed by method, `unknown` included.
inline constexpr std::size_t method_count = static_cast<std::size_t>(method::unknown) + 1;

method method_from(std::string_view name) noexcept;

/// The name on the wire; "unknown" for method::unknown.
std::string_view to_string(method m) noexcept;

constexpr bool is_notification(method m) noexcept {
  return m >= method::notifications_initialized && m <= method::notifications_tasks_status;
}

} // namespace troupe::protocol
