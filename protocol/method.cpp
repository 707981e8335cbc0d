#include "troupe/protocol/method.hpp"

#include <array>
#include <initializer_list>

namespace troupe::protocol {

namespace {

constexpr std::array<std::string_view, method_count> names = {
    "initialize",
    "ping",
    "server/discover",
    "tools/list",
    "tools/call",
    "resources/list",
    "resources/templates/list",
    "resources/read",
    "resources/subscribe",
    "resources/unsubscribe",
    "prompts/list",
    "prompts/get",
    "completion/complete",
    "logging/setLevel",
    "subscriptions/listen",
    "tasks/get",
    "tasks/result",
    "tasks/list",
    "tasks/update",
    "tasks/cancel",
    "notifications/initialized",
    "notifications/cancelled",
    "notifications/progress",
    "notifications/roots/list_changed",
    "notifications/tasks/status",
    "unknown",
};

method first_of(std::string_view name, std::initializer_list<method> candidates) {
  for (const auto candidate : candidates)
    if (names[static_cast<std::size_t>(candidate)] == name)
      return candidate;
  return method::unknown;
}

} // namespace

method method_from(std::string_view name) noexcept {
  using enum method;
  switch (name.size()) {
  case 4:
    return first_of(name, {ping});
  case 9:
    return first_of(name, {tasks_get});
  case 10:
    return first_of(name, {initialize, tools_list, tools_call, tasks_list});
  case 11:
    return first_of(name, {prompts_get});
  case 12:
    return first_of(name, {prompts_list, tasks_result, tasks_update, tasks_cancel});
  case 14:
    return first_of(name, {resources_list, resources_read});
  case 15:
    return first_of(name, {server_discover});
  case 16:
    return first_of(name, {logging_set_level});
  case 19:
    return first_of(name, {resources_subscribe, completion_complete});
  case 20:
    return first_of(name, {subscriptions_listen});
  case 21:
    return first_of(name, {resources_unsubscribe});
  case 22:
    return first_of(name, {notifications_progress});
  case 23:
    return first_of(name, {notifications_cancelled});
  case 24:
    return first_of(name, {resources_templates_list});
  case 25:
    return first_of(name, {notifications_initialized});
  case 26:
    return first_of(name, {notifications_tasks_status});
  case 32:
    return first_of(name, {notifications_roots_list_changed});
  default:
    return unknown;
  }
}

std::string_view to_string(method m) noexcept {
  return names[static_cast<std::size_t>(m)];
}

} // namespace troupe::protocol
