#pragma once

// The figures of this process that every Prometheus client library exports under the same names
// (process_cpu_seconds_total, process_resident_memory_bytes, ...), read from /proc at each scrape.

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

namespace troupe::metrics {

class process_figures final : public prometheus::Collectable {
public:
  /// A figure that cannot be read is left out.
  std::vector<prometheus::MetricFamily> Collect() const override;
};

} // namespace troupe::metrics
