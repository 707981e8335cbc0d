#pragma once

// A shard on the test coordinator, with a registry that writes down what it is asked, a port that is
// no socket, and children that are no connections.

#include "tests/supervision/actor_fixture.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/system/system_error.hpp>

#include "tests/actors/session_fixture.hpp"
#include "troupe/actors/exchange.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/pinned.hpp"
#include "troupe/supervision/messages.hpp"

#include "troupe/supervision/shard.hpp"

namespace troupe::test {

using namespace troupe::supervision;
using namespace std::chrono_literals;

using strings = std::vector<std::string>;

struct fake_port {
  bool started = false;
  bool stopped = false;
  std::function<void()> when_closed; ///< of a drain
  net::tls_context_ptr tls;
  std::vector<net::connection_move> taken;
};

class fake_listener final : public net::listener {
public:
  fake_listener(std::shared_ptr<fake_port> port, const net::tcp::endpoint& where)
      : port_(std::move(port)), where_(where) {}

  net::tcp::endpoint endpoint() const override { return where_; }
  void start() override { port_->started = true; }
  void take(const net::connection_move& move) override { port_->taken.push_back(move); }
  void use_tls(net::tls_context_ptr tls) override { port_->tls = std::move(tls); }
  void drain(std::function<void()> then) override {
    port_->when_closed = [port = port_.get(), then = std::move(then)] {
      port->stopped = true;
      then();
    };
  }
  void stop() override { port_->stopped = true; }

private:
  std::shared_ptr<fake_port> port_;
  net::tcp::endpoint where_;
};

/// A connection or session: writes down what it is told; `stays` after a drain.
class fake_child final : public pinned<caf::event_based_actor> {
public:
  fake_child(caf::actor_config& config, strings& log, std::string name, bool stays)
      : pinned(config), log_(log), name_(std::move(name)), stays_(stays) {}

  caf::behavior make_behavior() override {
    return {
        [this](const drain&) {
          log_.push_back(name_ + " drain");
          if (!stays_)
            quit();
        },
        [this](const deliver& event) { log_.push_back(name_ + " " + event.notification->json()); },
        [this](const handler_gone& gone) { log_.push_back(name_ + " gone " + gone.reason); },
        [this](const session_deletion&) { log_.push_back(name_ + " deletion"); },
        [](const notify_client&) { return notified{notify_status::delivered}; },
        [](int) { throw std::runtime_error{"a defect"}; },
    };
  }

  void on_exit() override { log_.push_back(name_ + " end"); }

private:
  strings& log_;
  std::string name_;
  bool stays_;
};

class throwing_timer final : public timer {
  void on_timer(time_point) override { throw std::runtime_error{"a defect"}; }
};

const time_point start_time{1h};

struct shard_fixture : actor_fixture {
  strings log;
  std::shared_ptr<fake_port> port = std::make_shared<fake_port>();
  std::optional<int> bind_error;
  net::io_unit::tick_function tick;
  shard_state_ptr state; ///< as the listener is given it
  test::counting_observer observer;
  caf::actor registry;
  caf::actor transport;
  std::shared_ptr<test::transport_log> answers = std::make_shared<test::transport_log>();
  caf::actor shard;
  std::vector<caf::actor> children; ///< sockets and tables hold them

  shard_fixture() {
    registry = sys.spawn(
        [this](caf::event_based_actor*) -> caf::behavior { return record_registry("registry"); });
    transport = sys.spawn(test::recording_transport, answers);
    shard = spawn_shard(describe());
    run();
    CAF_REQUIRE(tick);
    bind();
  }

  ~shard_fixture() override {
    state = nullptr;
    children.clear();
    for (const auto& one : {shard, registry, transport})
      caf::anon_send_exit(one, caf::exit_reason::user_shutdown);
    shard = nullptr;
    run();
    CAF_CHECK(!tick);
    CAF_CHECK(port->stopped);
    CAF_CHECK_EQUAL(actors_left(), 0u);
  }

  caf::behavior record_registry(const std::string& name) {
    return {
        [this, name](const shard_registered& message) {
          std::string line = name + " registered";
          for (const auto leased : message.leased)
            line += ' ' + std::to_string(leased);
          log.push_back(line);
        },
        [this, name](const lease_request& message) {
          log.push_back(name + " request " + std::string{to_string(message.what)} + ' ' +
                        std::to_string(message.amount));
        },
        [this, name](const lease_return& message) {
          log.push_back(name + " return " + std::to_string(message.amount));
        },
        [this, name](const lease_repaid& message) {
          log.push_back(name + " repaid " + std::to_string(message.amount));
        },
    };
  }

  shard_config describe() {
    shard_config config;
    config.home = sys.dummy_execution_unit();
    config.index = 1;
    config.count = 2;
    config.registry = registry;
    config.options = std::make_shared<const session_options>();
    config.observer = &observer;
    config.catalog = catalog_ptr{new catalog};
    config.blocks = {2, 2, 2, 2, 2};
    config.now = start_time;
    config.on_tick = [this](net::io_unit::tick_function function) { tick = std::move(function); };
    config.bind = [this](const shard_state_ptr& with, const net::tcp::endpoint& where) {
      if (bind_error)
        throw boost::system::system_error{*bind_error, boost::system::system_category()};
      state = with;
      return std::make_shared<fake_listener>(port, net::tcp::endpoint{where.address(), 4711});
    };
    return config;
  }

  caf::expected<port_bound> bind() {
    auto answer = self->request(shard, caf::infinite, bind_port{});
    run();
    caf::expected<port_bound> result{caf::sec::none};
    answer.receive([&](const port_bound& bound) { result = bound; },
                   [&](caf::error& error) { result = std::move(error); });
    return result;
  }

  caf::actor add_child(const std::string& name, bool stays = false) {
    auto child = spawn_pinned<fake_child>(*state->home, log, name, stays);
    state->adopt(child);
    return children.emplace_back(std::move(child));
  }

  protocol::session_id add_session(const std::string& name, std::uint64_t number,
                                   bool stays = false) {
    const auto id = protocol::make_session_id();
    auto session = add_child(name, stays);
    state->sessions.emplace(id, session);
    state->clients.emplace(number, session);
    return id;
  }

  template<class Message>
  void tell(Message message) {
    log.clear();
    caf::anon_send(shard, std::move(message));
    run();
  }

  template<class Answer, class Request>
  std::optional<Answer> ask(Request request) {
    log.clear();
    auto pending = self->request(shard, caf::infinite, std::move(request));
    run();
    std::optional<Answer> result;
    pending.receive([&](const Answer& answer) { result = answer; }, [](const caf::error&) {});
    return result;
  }

  void forget_sessions() {
    state->sessions.clear();
    state->clients.clear();
    state->subscriptions.clear();
  }

  bool logged(const std::string& line) const {
    return std::find(log.begin(), log.end(), line) != log.end();
  }
};

} // namespace troupe::test
