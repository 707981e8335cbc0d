#define CAF_SUITE collector

#include "troupe/metrics/collector.hpp"

#include <array>
#include <atomic>
#include <thread>

#include "caf/test/unit_test.hpp"

#include "tests/metrics/exposition_grammar.hpp"
#include "troupe/metrics/exposition.hpp"

using namespace troupe::metrics;
using namespace std::chrono_literals;

namespace {

constexpr std::array<std::string_view, 3> methods{"ping", "tools/call", "unknown"};
constexpr std::array<std::string_view, 2> outcomes{"ok", "refused"};
constexpr std::array<std::string_view, 2> revisions{"2025-06-18", "2025-11-25"};
constexpr std::array<std::string_view, 2> transports{"http", "stdio"};
constexpr std::array<std::string_view, 2> ends{"deleted", "idle"};
constexpr std::array<std::string_view, 2> task_ends{"completed", "expired"};
constexpr std::array<std::string_view, 1> refusals{"limit"};
constexpr std::array<std::string_view, 1> closings{"peer"};
constexpr std::array<std::string_view, 2> parts{"head", "json"};
constexpr std::array<std::string_view, 2> limits{"sessions", "calls"};
constexpr std::array<std::string_view, 3> refused_limits{"sessions", "calls", "streams"};
constexpr std::array<std::string_view, 2> actors{"registry", "shard"};
constexpr std::array<std::string_view, 2> codes{"1000", "other"};
constexpr label_tables tables{methods,        outcomes, revisions, transports, ends,
                              task_ends,      refusals, closings,  parts,      limits,
                              refused_limits, actors,   1,         codes};

struct fixture {
  std::shared_ptr<collector> all = std::make_shared<collector>(tables);
  thread_cells& first = all->add_thread();
  thread_cells& second = all->add_thread();

  exposition_text scrape() { return exposition_text::parse(exposition({all})); }
};

std::string joined(const std::vector<std::string>& errors) {
  std::string result;
  for (const auto& error : errors)
    result += error + '\n';
  return result;
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(collector_tests, fixture)

CAF_TEST(a_new_node_exposes_zeros_in_correct_text) {
  const auto text = scrape();
  CAF_CHECK_EQUAL(joined(text.errors), "");
  CAF_CHECK_EQUAL(text.value("troupe_connections{transport=\"stdio\"}"), 0);
  CAF_CHECK_EQUAL(text.value("troupe_connections_refused_total{reason=\"limit\"}"), 0);
  CAF_CHECK_EQUAL(text.value("troupe_actor_restarts_total{actor=\"registry\"}"), 0);
  CAF_CHECK_EQUAL(text.series_of("troupe_requests_total"), 0u);
}

CAF_TEST(tasks_are_counted_by_what_became_of_them) {
  first.tasks_created.add();
  second.tasks_created.add();
  second.tasks_ended[1].add();
  const auto text = scrape();
  CAF_CHECK_EQUAL(text.value("troupe_tasks_created_total"), 2);
  CAF_CHECK_EQUAL(text.value("troupe_tasks_ended_total{status=\"completed\"}"), 0);
  CAF_CHECK_EQUAL(text.value("troupe_tasks_ended_total{status=\"expired\"}"), 1);
}

CAF_TEST(the_threads_are_summed) {
  first.connections_accepted[0].add(3);
  second.connections_accepted[0].add(4);
  first.connections[1].add(3);
  first.connections[1].subtract(2);
  second.cell_of(second.sessions_ended, 1, 1).add(2);
  first.responses[1].add(5);
  second.limits_used[0].set(7);
  first.limits_used[0].set(1);
  const auto text = scrape();
  CAF_CHECK_EQUAL(joined(text.errors), "");
  CAF_CHECK_EQUAL(text.value("troupe_connections_accepted_total{transport=\"http\"}"), 7);
  CAF_CHECK_EQUAL(text.value("troupe_connections{transport=\"stdio\"}"), 1);
  CAF_CHECK_EQUAL(text.value("troupe_sessions_ended_total{reason=\"idle\",transport=\"stdio\"}"),
                  2);
  CAF_CHECK_EQUAL(text.value("troupe_sessions_ended_total{reason=\"idle\",transport=\"http\"}"), 0);
  CAF_CHECK_EQUAL(text.value("troupe_http_responses_total{status=\"2xx\"}"), 5);
  CAF_CHECK_EQUAL(text.value("troupe_limit_used{limit=\"sessions\"}"), 8);
}

CAF_TEST(a_gauge_may_rise_on_one_thread_and_fall_on_another) {
  first.sessions.add(5);
  second.sessions.subtract(2);
  CAF_CHECK_EQUAL(scrape().value("troupe_sessions"), 3);
  second.sessions.subtract(9);
  CAF_CHECK_EQUAL(scrape().value("troupe_sessions"), 0);
}

CAF_TEST(a_method_has_all_its_series_from_its_first_request_on) {
  first.requests_of(1, 0, 1).add();
  first.durations[1].observe(2ms);
  second.requests_of(1, 0, 1).add();
  second.durations[1].observe(30us);
  const auto text = scrape();
  CAF_CHECK_EQUAL(joined(text.errors), "");
  CAF_CHECK_EQUAL(text.value("troupe_requests_total{method=\"tools/call\",outcome=\"ok\","
                             "transport=\"stdio\"}"),
                  2);
  CAF_CHECK_EQUAL(text.value("troupe_requests_total{method=\"tools/call\",outcome=\"refused\","
                             "transport=\"stdio\"}"),
                  0);
  CAF_CHECK_EQUAL(text.series_of("troupe_requests_total"), 2u);
  const std::string name = "troupe_request_duration_seconds";
  CAF_CHECK_EQUAL(text.value(name + "_bucket{method=\"tools/call\",le=\"0.001\"}"), 1);
  CAF_CHECK_EQUAL(text.value(name + "_bucket{method=\"tools/call\",le=\"0.0025\"}"), 2);
  CAF_CHECK_EQUAL(text.value(name + "_count{method=\"tools/call\"}"), 2);
  CAF_CHECK_EQUAL(text.value(name + "_sum{method=\"tools/call\"}"), 0.00203);
}

CAF_TEST(no_label_has_a_value_that_is_not_in_its_table) {
  for (std::size_t method = 0; method < 100; ++method)
    first.notifications[method].add();
  for (std::size_t limit = 0; limit < 100; ++limit)
    first.limit_refusals[limit].add();
  const auto text = scrape();
  CAF_CHECK_EQUAL(joined(text.errors), "");
  CAF_CHECK_EQUAL(text.labels.at("method").size(), methods.size());
  CAF_CHECK_EQUAL(text.labels.at("limit").size(), refused_limits.size());
}

CAF_TEST(gauges_of_one_name_are_one_family) {
  all->add_gauge("troupe_limit", "Configured limit.", {{"limit", "sessions"}}, [] { return 18.0; });
  all->add_gauge("troupe_limit", "Configured limit.", {{"limit", "calls"}}, [] { return 4.0; });
  all->add_counter("troupe_log_dropped_total", "Lines lost.", {}, [] { return 2.0; });
  all->add_gauge("troupe_build_info", "Build.", {{"version", "a \"b\" \\ c"}}, [] { return 1.0; });
  const auto text = scrape();
  CAF_CHECK_EQUAL(joined(text.errors), "");
  CAF_CHECK_EQUAL(text.value("troupe_limit{limit=\"sessions\"}"), 18);
  CAF_CHECK_EQUAL(text.value("troupe_limit{limit=\"calls\"}"), 4);
  CAF_CHECK_EQUAL(text.value("troupe_log_dropped_total"), 2);
  CAF_CHECK_EQUAL(text.series_of("troupe_build_info"), 1u);
}

CAF_TEST(pool_side_counters_are_exposed) {
  all->node().handler_restarts.add();
  all->node().actor_restarts[1].add(2);
  all->node().mailbox_depths[0].set(12);
  first.mailbox_depth.set(2);
  second.mailbox_depth.set(3);
  const auto text = scrape();
  CAF_CHECK_EQUAL(text.value("troupe_handler_restarts_total"), 1);
  CAF_CHECK_EQUAL(text.value("troupe_actor_restarts_total{actor=\"shard\"}"), 2);
  CAF_CHECK_EQUAL(text.value("troupe_mailbox_depth{actor=\"registry\"}"), 12);
  CAF_CHECK_EQUAL(text.value("troupe_mailbox_depth{actor=\"shard\"}"), 5);
}

CAF_TEST(scrapes_while_threads_write_never_contradict_themselves) {
  std::atomic<bool> stop{false};
  const auto write = [&](thread_cells& cells) {
    while (!stop) {
      cells.requests_of(0, 0, 0).add();
      cells.durations[0].observe(70us);
      cells.durations[0].observe(2h);
      cells.connections[0].add();
      cells.connections[0].subtract();
    }
  };
  std::thread one{[&] { write(first); }};
  std::thread two{[&] { write(second); }};
  std::string errors;
  double last = 0;
  bool fell = false;
  for (int round = 0; round < 20; ++round) {
    const auto text = scrape();
    errors += joined(text.errors);
    const auto now = text.value("troupe_requests_total{method=\"ping\",outcome=\"ok\"}");
    fell = fell || (now >= 0 && now < last);
    last = std::max(last, now);
  }
  stop = true;
  one.join();
  two.join();
  CAF_CHECK_EQUAL(errors, "");
  CAF_CHECK(!fell);
}

CAF_TEST_FIXTURE_SCOPE_END()
