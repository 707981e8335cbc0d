// subscriptions/listen: what a client wants to hear of, and the messages of such a stream, each
// tagged with the id of the request that opened it (2026-07-28, basic/patterns/subscriptions). An
// event goes to many streams that differ in the tag only, so it is encoded once, in two halves.
#pragma once

#include "troupe/protocol/json.hpp"
#include "troupe/protocol/request_id.hpp"
#include "troupe/protocol/result_context.hpp"
#include "troupe/protocol/rpc_error.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::protocol {

struct subscription_filter {
  bool tools = false;
  bool prompts = false;
  bool resources = false;
  bool names_resources = false;      ///< whether `uris` was there, if only empty
  bool names_tasks = false;          ///< the same of `task_ids`
  std::vector<std::string> uris;     ///< resourceSubscriptions
  std::vector<std::string> task_ids; ///< taskIds, of the tasks extension
};

/// Reads `params.notifications`. A wrong shape, or more than `max_entries` URIs and task ids
/// together: -32602.
rpc_result<subscription_filter> parse_subscription_filter(const json::object& params,
                                                          std::size_t max_entries);

/// notifications/subscriptions/acknowledged, with what is honoured.
void append_acknowledgement(std::string& out, const request_id& subscription,
                            const subscription_filter& honoured);

/// A notification for any subscription: `before` + the id as JSON + `after`.
struct tagged_notification {
  std::string before;
  std::string after;
};

/// `members`: further members of `params`, encoded, without braces; may be empty.
tagged_notification make_tagged_notification(std::string_view method,
                                             std::string_view members = {});

/// The response with which a subscription ends in good order.
void append_subscription_end(std::string& out, const request_id& subscription,
                             const result_context& to);

} // namespace troupe::protocol
