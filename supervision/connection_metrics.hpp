#pragma once

// Writes what listeners and connections tell about themselves into the cells of their I/O thread.

#include "troupe/metrics/thread_cells.hpp"
#include "troupe/net/connection_observer.hpp"

namespace troupe::supervision {

class connection_metrics final : public net::connection_observer {
public:
  explicit connection_metrics(metrics::thread_cells& cells) noexcept : cells_(cells) {}

  void connection_accepted(transport_kind) override;
  void connection_refused(net::accept_refusal) override;
  void connection_upgraded(transport_kind from, transport_kind to) override;
  void connection_left(transport_kind) override;
  void connection_arrived(transport_kind) override;
  void connection_closed(net::connection_end, transport_kind) override;
  void bytes_received(std::size_t) override;
  void bytes_sent(std::size_t) override;
  void response_sent(int status) override;
  void parse_failed(net::parse_failure) override;
  void close_sent(std::uint16_t code) override;
  void close_received(std::uint16_t code) override;

private:
  metrics::thread_cells& cells_;
};

} // namespace troupe::supervision
