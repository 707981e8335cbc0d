#include "troupe/supervision/connection_metrics.hpp"

#include "troupe/supervision/metric_labels.hpp"

namespace troupe::supervision {
namespace {

template<class Enum>
constexpr std::size_t index(Enum value) noexcept {
  return static_cast<std::size_t>(value);
}

} // namespace

void connection_metrics::connection_accepted(transport_kind over) {
  cells_.connections_accepted[index(over)].add();
  cells_.connections[index(over)].add();
}

void connection_metrics::connection_upgraded(transport_kind from, transport_kind to) {
  cells_.connections[index(from)].subtract();
  connection_accepted(to);
}

void connection_metrics::connection_left(transport_kind over) {
  cells_.connections[index(over)].subtract();
  cells_.connections_moved.add();
}

void connection_metrics::connection_arrived(transport_kind over) {
  cells_.connections[index(over)].add();
}

void connection_metrics::connection_refused(net::accept_refusal why) {
  cells_.connections_refused[index(why)].add();
  if (why == net::accept_refusal::connection_limit)
    cells_.limit_refusals[refusal_index(to_string(limit::connections))].add();
}

void connection_metrics::connection_closed(net::connection_end why, transport_kind over) {
  cells_.cell_of(cells_.connections_closed, index(why), index(over)).add();
  cells_.connections[index(over)].subtract();
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

void connection_metrics::close_sent(std::uint16_t code) {
  cells_.closes_sent[close_code_index(code)].add();
}

void connection_metrics::close_received(std::uint16_t code) {
  cells_.closes_received[close_code_index(code)].add();
}

} // namespace troupe::supervision
