#include "troupe/supervision/connection_metrics.hpp"

#include "troupe/supervision/metric_labels.hpp"

namespace troupe::supervision {
namespace {

template<class Enum>
constexpr std::size_t index(Enum value) noexcept {
  return static_cast<std::size_t>(value);
}

} // namespace

void connection_metrics::connection_accepted() {
  cells_.connections_accepted.add();
  cells_.connections.add();
}

void connection_metrics::connection_refused(net::accept_refusal why) {
  cells_.connections_refused[index(why)].add();
  if (why == net::accept_refusal::connection_limit)
    cells_.limit_refusals[refusal_index(to_string(limit::connections))].add();
}

void connection_metrics::connection_closed(net::connection_end why) {
  cells_.connections_closed[index(why)].add();
  cells_.connections.subtract();
}

void connection_metrics::bytes_received(std::size_t count) {
  cells_.received_bytes.add(count);
}

void connection_metrics::bytes_sent(std::size_t count) {
  cells_.sent_bytes.add(count);
}

void connection_metrics::response_sent(int status) {
  const auto status_class = static_cast<std::size_t>(status / 100);
  if (status_class >= 1 && status_class <= metrics::status_class_count)
    cells_.responses[status_class - 1].add();
}

void connection_metrics::parse_failed(net::parse_failure what) {
  cells_.parse_failures[index(what)].add();
}

} // namespace troupe::supervision
