#pragma once

// Turns cells into metric families at the time of a scrape: sums what the threads counted, asks the
// gauges that are functions. The admin endpoint calls exposition.hpp with it.

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <prometheus/client_metric.h>
#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include "troupe/metrics/thread_cells.hpp"

namespace troupe::metrics {

class collector final : public prometheus::Collectable {
public:
  explicit collector(const label_tables& tables);

  /// The cells of one more I/O thread; they live as long as the collector.
  thread_cells& add_thread();
  node_cells& node() noexcept { return node_; }

  using labels = std::vector<prometheus::ClientMetric::Label>;
  using read_value = std::function<double()>;
  /// A number that is read when scraped. `read` is called on the scraping thread and must not
  /// block. Several may share one name with different labels. `name` of a counter ends in _total.
  void add_gauge(std::string name, std::string help, labels of, read_value read);
  void add_counter(std::string name, std::string help, labels of, read_value read);

  std::vector<prometheus::MetricFamily> Collect() const override;

private:
  struct source {
    std::string name;
    std::string help;
    prometheus::MetricType type;
    labels of;
    read_value read;
  };
  void add(source from);

  label_tables tables_;
  node_cells node_;
  mutable std::mutex mutex_; ///< guards what follows; cells are written without it
  std::vector<std::unique_ptr<thread_cells>> threads_;
  std::vector<source> sources_;
};

} // namespace troupe::metrics
