#include "troupe/net/node_gate.hpp"

#include <unistd.h>

#include <utility>

#include "troupe/net/node_gate_attempt.hpp"

namespace troupe::net {

node_socket::node_socket(node_socket&& from) noexcept
    : other_(std::move(from.other_)),
      tls_(std::move(from.tls_)),
      handle_(std::exchange(from.handle_, -1)),
      dialled_(std::move(from.dialled_)) {}

node_socket::~node_socket() {
  if (handle_ >= 0)
    ::close(handle_);
}

int node_socket::release() noexcept {
  return std::exchange(handle_, -1);
}

// -- the gate -----------------------------------------------------------------------------------------

void node_gate::implementation::welcome(stream_socket stranger) {
  if (strangers_ < options_.max_strangers)
    std::make_shared<attempt>(*this, std::nullopt)->start(std::move(stranger));
  else
    events_.refused({}, "too many connections have not proven the secret yet");
}

/// Of two connections between the same nodes, the one that the smaller number dialled stays.
protocol::admission node_gate::implementation::judge(const protocol::node_description& other,
                                                     bool dialled) const {
  using protocol::admission;
  if (other.number == options_.self.number)
    return admission::itself;
  if (closed_)
    return admission::leaving;
  if (connected_.contains(other.number))
    return admission::connected;
  if (!dialled && options_.self.number < other.number &&
      dialling_.contains({other.host, other.port}))
    return admission::crossing;
  return admission::welcome;
}

void node_gate::implementation::dial(node_address where) {
  if (dialling_.insert(where).second)
    std::make_shared<attempt>(*this, std::move(where))->start();
}

// -- the public face, from any thread -----------------------------------------------------------------

node_gate::node_gate(node_gate_options options, node_gate_events events)
    : implementation_(std::make_unique<implementation>(std::move(options), std::move(events))) {}

node_gate::~node_gate() {
  implementation_->stop();
}

void node_gate::serve() {
  implementation_->serve();
}

const protocol::node_description& node_gate::self() const noexcept {
  return implementation_->self();
}

std::uint16_t node_gate::port() const noexcept {
  return implementation_->port();
}

void node_gate::dial(node_address where) {
  asio::post(implementation_->loop(),
             [gate = implementation_.get(), where = std::move(where)] { gate->dial(where); });
}

void node_gate::forget(protocol::node_number node) {
  asio::post(implementation_->loop(), [gate = implementation_.get(), node] { gate->forget(node); });
}

void node_gate::close() {
  asio::post(implementation_->loop(), [gate = implementation_.get()] { gate->close(); });
}

} // namespace troupe::net
