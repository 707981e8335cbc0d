#include "troupe/supervision/metric_labels.hpp"

#include <algorithm>
#include <array>

#include "troupe/actors/session_observer.hpp"
#include "troupe/actors/transport_kind.hpp"
#include "troupe/net/connection_observer.hpp"
#include "troupe/protocol/method.hpp"
#include "troupe/protocol/revision.hpp"
#include "troupe/supervision/supervisor.hpp"

namespace troupe::supervision {
namespace {

/// The names of an enum whose values count from 0.
template<class Enum, std::size_t Count>
std::array<std::string_view, Count> names() {
  std::array<std::string_view, Count> result;
  for (std::size_t index = 0; index < Count; ++index)
    result[index] = to_string(static_cast<Enum>(index));
  return result;
}

/// The limits of the node first, then those of a session.
constexpr std::array<std::string_view, 9> refusals{
    "connections", "sessions",          "uninitialized_sessions", "calls",
    "tasks",       "calls_per_session", "streams_per_session",    "subscriptions_per_session",
    "other"};

constexpr std::array<std::string_view, 10> close_codes{"1000", "1001", "1002", "1003", "1005",
                                                       "1007", "1008", "1009", "1011", "other"};

} // namespace

const metrics::label_tables& metric_labels() {
  static const auto methods = names<protocol::method, protocol::method_count>();
  static const auto outcomes = names<outcome_kind, outcome_kind_count>();
  static const auto revisions = names<protocol::revision, protocol::all_revisions.size()>();
  static const auto transports = names<transport_kind, transport_kind_count>();
  static const auto session_ends = names<session_end, session_end_count>();
  static const auto task_ends = names<task_end, task_end_count>();
  static const auto connection_refusals = names<net::accept_refusal, net::accept_refusal_count>();
  static const auto connection_ends = names<net::connection_end, net::connection_end_count>();
  static const auto parse_failures = names<net::parse_failure, net::parse_failure_count>();
  static const auto limits = names<limit, limit_count>();
  static const auto actors = names<supervised, supervised_count>();
  static const metrics::label_tables tables{methods,
                                            outcomes,
                                            revisions,
                                            transports,
                                            session_ends,
                                            task_ends,
                                            connection_refusals,
                                            connection_ends,
                                            parse_failures,
                                            limits,
                                            refusals,
                                            actors,
                                            static_cast<std::size_t>(supervised::shard),
                                            close_codes};
  return tables;
}

std::size_t refusal_index(std::string_view limit_name) noexcept {
  const auto found = std::find(refusals.begin(), refusals.end() - 1, limit_name);
  return static_cast<std::size_t>(found - refusals.begin());
}

std::size_t close_code_index(std::uint16_t code) noexcept {
  const auto found = std::find(close_codes.begin(), close_codes.end() - 1, std::to_string(code));
  return static_cast<std::size_t>(found - close_codes.begin());
}

} // namespace troupe::supervision
