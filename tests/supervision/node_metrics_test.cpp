#define CAF_SUITE node_metrics

#include "troupe/supervision/node_metrics.hpp"

#include <fstream>
#include <regex>
#include <sstream>

#include "caf/test/unit_test.hpp"

#include "tests/metrics/exposition_grammar.hpp"
#include "troupe/supervision/metric_labels.hpp"

using namespace troupe;
using namespace troupe::supervision;
using namespace std::chrono_literals;

namespace {

config two_threads() {
  config settings;
  settings.listen.io_threads = 2;
  return settings;
}

struct fixture {
  node_metrics all{two_threads()};
  session_metrics& session = all.thread(0).session;
  connection_metrics& connection = all.thread(1).connection;

  metrics::exposition_text scrape() {
    auto text = metrics::exposition_text::parse(all.exposition());
    for (const auto& error : text.errors)
      CAF_ERROR(error);
    return text;
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(node_metrics_tests, fixture)

CAF_TEST(what_sessions_tell_is_counted) {
  session.session_opened(protocol::revision::r2025_11_25, transport_kind::http);
  session.session_opened(protocol::revision::r2025_06_18, transport_kind::websocket);
  session.session_ended(session_end::idle, transport_kind::http);
  session.session_ended(session_end::refused, transport_kind::websocket);
  session.request_finished(protocol::method::tools_call, outcome_kind::tool_error,
                           transport_kind::stdio, 3ms);
  session.notification_received(protocol::method::notifications_cancelled);
  session.call_started();
  session.call_started();
  session.call_ended();
  session.stream_opened();
  session.events_sent(5);
  session.events_dropped(2);
  session.events_replayed(3);
  session.resumption_incomplete();
  session.limit_refused("calls");
  session.limit_refused("streams_per_session");
  session.limit_refused("a name that was made up");
  const auto text = scrape();
  CAF_CHECK_EQUAL(text.value("troupe_sessions"), 1);
  CAF_CHECK_EQUAL(
      text.value("troupe_sessions_opened_total{revision=\"2025-11-25\",transport=\"http\"}"), 1);
  CAF_CHECK_EQUAL(
      text.value("troupe_sessions_ended_total{reason=\"refused\",transport=\"websocket\"}"), 1);
  CAF_CHECK_EQUAL(text.value("troupe_requests_total{method=\"tools/call\",outcome=\"tool_error\","
                             "transport=\"stdio\"}"),
                  1);
  CAF_CHECK_EQUAL(text.value("troupe_request_duration_seconds_sum{method=\"tools/call\"}"), 0.003);
  CAF_CHECK_EQUAL(
      text.value("troupe_notifications_received_total{method=\"notifications/cancelled\"}"), 1);
  CAF_CHECK_EQUAL(text.value("troupe_calls_in_flight"), 1);
  CAF_CHECK_EQUAL(text.value("troupe_streams"), 1);
  CAF_CHECK_EQUAL(text.value("troupe_events_sent_total"), 5);
  CAF_CHECK_EQUAL(text.value("troupe_resumptions_incomplete_total"), 1);
  CAF_CHECK_EQUAL(text.value("troupe_limit_refusals_total{limit=\"calls\"}"), 1);
  CAF_CHECK_EQUAL(text.value("troupe_limit_refusals_total{limit=\"streams_per_session\"}"), 1);
  CAF_CHECK_EQUAL(text.value("troupe_limit_refusals_total{limit=\"other\"}"), 1);
}

CAF_TEST(what_connections_tell_is_counted) {
  connection.connection_accepted(transport_kind::http);
  connection.connection_accepted(transport_kind::http);
  connection.connection_accepted(transport_kind::http);
  connection.connection_upgraded(transport_kind::http, transport_kind::websocket);
  connection.connection_closed(net::connection_end::slow_consumer, transport_kind::http);
  connection.connection_refused(net::accept_refusal::connection_limit);
  connection.bytes_received(10);
  connection.bytes_sent(20);
  connection.response_sent(200);
  connection.response_sent(404);
  connection.response_sent(0);
  connection.parse_failed(net::parse_failure::json);
  connection.close_sent(1001);
  connection.close_sent(4711);
  connection.close_received(1005);
  const auto text = scrape();
  CAF_CHECK_EQUAL(text.value("troupe_connections{transport=\"http\"}"), 1);
  CAF_CHECK_EQUAL(text.value("troupe_connections{transport=\"websocket\"}"), 1);
  CAF_CHECK_EQUAL(text.value("troupe_connections_accepted_total{transport=\"http\"}"), 3);
  CAF_CHECK_EQUAL(text.value("troupe_connections_accepted_total{transport=\"websocket\"}"), 1);
  CAF_CHECK_EQUAL(text.value("troupe_connections_closed_total{reason=\"slow_consumer\","
                             "transport=\"http\"}"),
                  1);
  CAF_CHECK_EQUAL(text.value("troupe_connections_refused_total{reason=\"connection_limit\"}"), 1);
  CAF_CHECK_EQUAL(text.value("troupe_limit_refusals_total{limit=\"connections\"}"), 1);
  CAF_CHECK_EQUAL(text.value("troupe_received_bytes_total"), 10);
  CAF_CHECK_EQUAL(text.value("troupe_sent_bytes_total"), 20);
  CAF_CHECK_EQUAL(text.value("troupe_http_responses_total{status=\"4xx\"}"), 1);
  CAF_CHECK_EQUAL(text.value("troupe_parse_failures_total{part=\"json\"}"), 1);
  CAF_CHECK_EQUAL(text.value("troupe_websocket_closes_sent_total{code=\"1001\"}"), 1);
  CAF_CHECK_EQUAL(text.value("troupe_websocket_closes_sent_total{code=\"other\"}"), 1);
  CAF_CHECK_EQUAL(text.value("troupe_websocket_closes_received_total{code=\"1005\"}"), 1);
}

CAF_TEST(limits_in_force_and_in_use_are_shown) {
  quota limits{[](limit, std::size_t) {}};
  limits.granted(limit::sessions, 3);
  CAF_REQUIRE(limits.try_acquire(limit::sessions));
  all.thread(1).show_limits(limits);
  const auto text = scrape();
  CAF_CHECK_EQUAL(text.value("troupe_limit{limit=\"sessions\"}"), 18000);
  CAF_CHECK_EQUAL(text.value("troupe_limit_used{limit=\"sessions\"}"), 1);
  CAF_CHECK_EQUAL(text.value("troupe_sessions"), 1);
}

CAF_TEST(supervision_is_shown) {
  all.handler_restarted();
  all.hook_event_dropped();
  all.actor_restarted(supervised::dispatcher);
  all.mailbox_depth(supervised::registry, 4);
  all.thread(0).show_mailbox(2);
  all.thread(1).show_mailbox(3);
  const auto text = scrape();
  CAF_CHECK_EQUAL(text.value("troupe_handler_restarts_total"), 1);
  CAF_CHECK_EQUAL(text.value("troupe_hook_events_dropped_total"), 1);
  CAF_CHECK_EQUAL(text.value("troupe_actor_restarts_total{actor=\"dispatcher\"}"), 1);
  CAF_CHECK_EQUAL(text.value("troupe_mailbox_depth{actor=\"registry\"}"), 4);
  CAF_CHECK_EQUAL(text.value("troupe_mailbox_depth{actor=\"shard\"}"), 5);
}

CAF_TEST(the_build_and_the_process_are_shown) {
  const auto text = scrape();
  CAF_CHECK_EQUAL(text.series_of("troupe_build_info"), 1u);
  CAF_CHECK_EQUAL(text.series_of("process_resident_memory_bytes"), 1u);
  CAF_CHECK_GREATER_OR_EQUAL(text.value("troupe_log_dropped_total"), 0);
}

CAF_TEST(no_label_can_have_values_without_bound) {
  for (int round = 0; round < 3; ++round)
    session.limit_refused("limit " + std::to_string(round));
  for (std::size_t method = 0; method < 200; ++method)
    session.notification_received(static_cast<protocol::method>(method));
  const auto text = scrape();
  CAF_CHECK_EQUAL(text.labels.at("limit").size(), metric_labels().refusals.size());
  CAF_CHECK_EQUAL(text.labels.at("method").size(), protocol::method_count);
}

CAF_TEST(the_alert_rules_name_only_metrics_that_exist) {
  std::ifstream file{TROUPE_CONFIGS "/prometheus/troupe.rules.yml"};
  std::ostringstream rules;
  rules << file.rdbuf();
  const auto types = scrape().types;
  const std::regex name{R"(\b(troupe|process)_[a-z_]+)"};
  const auto text = rules.str();
  std::size_t found = 0;
  for (std::sregex_iterator at{text.begin(), text.end(), name}, end; at != end; ++at) {
    auto family = at->str();
    if (family.ends_with("_bucket"))
      family.resize(family.size() - 7);
    if (!types.contains(family))
      CAF_ERROR("no such metric: " << family);
    ++found;
  }
  CAF_CHECK_GREATER(found, 10u);
}

CAF_TEST(the_figures_of_server_status_are_the_sums) {
  connection.connection_accepted(transport_kind::http);
  session.session_opened(protocol::revision::r2025_11_25, transport_kind::http);
  session.request_finished(protocol::method::ping, outcome_kind::ok, transport_kind::http, 1ms);
  const auto figures = all.figures();
  CAF_CHECK_EQUAL(figures.connections, 1u);
  CAF_CHECK_EQUAL(figures.sessions, 1u);
  CAF_CHECK_EQUAL(figures.requests, 1u);
}

CAF_TEST_FIXTURE_SCOPE_END()
