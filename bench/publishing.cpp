#include "publishing.hpp"

#include "http_answer.hpp"
#include "load_program.hpp"

namespace {

constexpr std::chrono::seconds longest_publish{30};

std::int64_t nanoseconds_of(client_pool::clock::time_point when) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(when.time_since_epoch()).count();
}

} // namespace

publishing::publishing(client_pool& pool) : pool_(pool) {
  pool_.on_delivery([this](std::uint32_t deliveries) { on_delivery(deliveries); });
}

publishing::report publishing::publish(std::size_t times) {
  if (!caller_)
    connect();
  report result;
  const auto before = pool_.bytes();
  for (std::size_t i = 0; i < times; ++i) {
    publish_once();
    result.called_at_ns.push_back(nanoseconds_of(called_));
    result.first_seconds.push_back(first_seconds_);
    result.last_seconds.push_back(last_seconds_);
  }
  result.deliveries = times * pool_.open();
  if (result.deliveries > 0)
    result.bytes = (pool_.bytes() - before) / result.deliveries;
  return result;
}

void publishing::publish_once() {
  ++published_;
  waiting_ = pool_.open();
  answered_ = false;
  called_ = client_pool::clock::now();
  if (!caller_->send(modern_request(pool_.setup(), "tools/call",
                                    R"("name":"publish","arguments":{})", "Mcp-Name: publish\r\n")))
    load::fail_system("send");
  while (waiting_ > 0 || !answered_)
    pool_.poll_until(called_ + longest_publish, "not all clients were told");
}

void publishing::hear() {
  ++published_;
  waiting_ = pool_.open();
  called_ = client_pool::clock::now();
}

std::int64_t publishing::heard_at_ns() {
  while (waiting_ > 0)
    pool_.poll_until(called_ + longest_publish, "not all clients were told");
  return nanoseconds_of(last_);
}

void publishing::on_delivery(std::uint32_t deliveries) {
  if (deliveries != published_)
    load::fail("a client was told " + std::to_string(deliveries) + " times instead of " +
               std::to_string(published_));
  if (waiting_ == pool_.open())
    first_seconds_ = seconds();
  if (--waiting_ == 0) {
    last_ = client_pool::clock::now();
    last_seconds_ = seconds();
  }
}

double publishing::seconds() const {
  return std::chrono::duration<double>(client_pool::clock::now() - called_).count();
}

void publishing::connect() {
  caller_ = load_socket::connect(pool_.port(), 0);
  pool_.watch(caller_->handle(), [this] { read_answer(); });
}

void publishing::read_answer() {
  const auto count = caller_->receive(buffer_.data(), buffer_.size());
  if (count <= 0) { // it ends with the server
    caller_->close();
    caller_.reset();
    return;
  }
  received_.append(buffer_.data(), static_cast<std::size_t>(count));
  const auto got = find_answer(received_);
  if (!got)
    return;
  if (got->status() != "200" || got->body.find("\"error\"") != got->body.npos)
    load::fail("publish failed: " + received_);
  answered_ = true;
  received_.clear();
}
