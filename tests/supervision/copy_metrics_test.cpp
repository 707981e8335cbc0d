#define CAF_SUITE copy_metrics

#include "troupe/supervision/cluster/copy_metrics.hpp"

#include "caf/test/unit_test.hpp"

#include "tests/metrics/exposition_grammar.hpp"
#include "troupe/supervision/node_metrics.hpp"

using namespace troupe;
using namespace troupe::supervision;
using namespace std::chrono_literals;

CAF_TEST(what_becomes_of_copies_is_counted) {
  copy_metrics copies;
  node_metrics all{config{}};
  copies.add_to(all.collector());
  const auto scrape = [&] {
    auto text = metrics::exposition_text::parse(all.exposition());
    for (const auto& error : text.errors)
      CAF_ERROR(error);
    return text;
  };
  auto text = scrape();
  CAF_CHECK_EQUAL(text.value("troupe_cluster_copy_lag_seconds"), 0);
  copies.copy_sent(copy_outcome::kept, 250ms);
  copies.copy_sent(copy_outcome::kept, 250ms);
  copies.copy_sent(copy_outcome::lost, 10s);
  copies.copies_behind(3, clock::now() - 20s);
  copies.copies_behind(1, clock::now() - 10s);
  copies.copies_kept(3, 3000);
  copies.copies_kept(-1, -1000);
  copies.copy_refused();
  copies.copies_doubtful(4);
  copies.session_taken_over(takeover_outcome::taken);
  copies.session_taken_over(takeover_outcome::dropped);
  text = scrape();
  CAF_CHECK_EQUAL(text.value("troupe_cluster_copies_sent_total{outcome=\"kept\"}"), 2);
  CAF_CHECK_EQUAL(text.value("troupe_cluster_copies_sent_total{outcome=\"lost\"}"), 1);
  CAF_CHECK_EQUAL(text.value("troupe_cluster_copies_sent_total{outcome=\"refused\"}"), 0);
  CAF_CHECK_EQUAL(text.value("troupe_cluster_copies_sent_total{outcome=\"unknown\"}"), 0);
  CAF_CHECK_EQUAL(text.value("troupe_cluster_copy_seconds_total"), 0.5);
  const auto lag = text.value("troupe_cluster_copy_lag_seconds");
  CAF_CHECK(lag >= 20 && lag < 30);
  CAF_CHECK_EQUAL(text.value("troupe_cluster_copies"), 2);
  CAF_CHECK_EQUAL(text.value("troupe_cluster_copies_bytes"), 2000);
  CAF_CHECK_EQUAL(text.value("troupe_cluster_copies_dropped_total{reason=\"no_room\"}"), 1);
  CAF_CHECK_EQUAL(text.value("troupe_cluster_copies_dropped_total{reason=\"node_lost\"}"), 4);
  CAF_CHECK_EQUAL(text.value("troupe_cluster_sessions_taken_over_total{outcome=\"taken\"}"), 1);
  CAF_CHECK_EQUAL(text.value("troupe_cluster_sessions_taken_over_total{outcome=\"handed_on\"}"), 0);
  CAF_CHECK_EQUAL(text.value("troupe_cluster_sessions_taken_over_total{outcome=\"dropped\"}"), 1);
  copies.copies_behind(3, {});
  copies.copies_behind(1, {});
  CAF_CHECK_EQUAL(scrape().value("troupe_cluster_copy_lag_seconds"), 0);
}
