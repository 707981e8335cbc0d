#include "troupe/supervision/cluster/basp_link.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <set>
#include <utility>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <caf/actor_cast.hpp>
#include <caf/atom.hpp>
#include <caf/io/basp_broker.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/network/default_multiplexer.hpp>
#include <caf/io/network/native_socket.hpp>
#include <caf/io/network/stream_impl.hpp>
#include <caf/io/scribe.hpp>
#include <caf/send.hpp>

#include "troupe/actors/peer_messages.hpp"

namespace troupe::supervision {

namespace {

/// BASP's own handshake, of a few hundred bytes each way.
constexpr std::chrono::seconds handshake_timeout{2};
/// BASP names what is published by a port; ours stands for no port of the system.
constexpr std::uint16_t published_as = 1;
/// Nodes of other applications do not get this far; but should they, this ends it.
constexpr auto application = "troupe-cluster-1";

using caf::io::network::native_socket;
using caf::io::network::rw_state;

/// How CAF's multiplexer reads and writes a socket on which TLS is spoken.
class tls_policy {
public:
  explicit tls_policy(std::unique_ptr<net::tls_session> session) : session_(std::move(session)) {}

  rw_state read_some(std::size_t& result, native_socket, void* into, std::size_t size) {
    net::error_code error;
    result = session_->read(boost::asio::buffer(into, size), error);
    return state_of(result, error);
  }

  rw_state write_some(std::size_t& result, native_socket, const void* from, std::size_t size) {
    net::error_code error;
    const auto buffer = boost::asio::buffer(from, size);
    const boost::asio::const_buffer bytes{buffer};
    result = session_->write({&bytes, 1}, error);
    return state_of(result, error);
  }

  /// The socket will not become readable for what TLS holds already.
  bool must_read_more(native_socket, std::size_t) { return session_->has_input(); }

  bool has_input() const { return session_->has_input(); }

private:
  static rw_state state_of(std::size_t done, const net::error_code& error) {
    return done > 0 || !error || net::is_would_block(error) ? rw_state::success : rw_state::failure;
  }

  std::unique_ptr<net::tls_session> session_;
};

class tls_stream final : public caf::io::network::stream {
public:
  tls_stream(caf::io::network::default_multiplexer& loop, native_socket socket,
             std::unique_ptr<net::tls_session> session)
      : stream(loop, socket), policy_(std::move(session)) {}

  void handle_event(caf::io::network::operation what) override { handle_event_impl(what, policy_); }
  bool has_input() const { return policy_.has_input(); }

private:
  tls_policy policy_;
};

class tls_scribe final : public caf::io::scribe {
public:
  tls_scribe(caf::io::network::default_multiplexer& loop, native_socket socket,
             std::unique_ptr<net::tls_session> session)
      : scribe(caf::io::network::conn_hdl_from_socket(socket)),
        stream_(loop, socket, std::move(session)) {}

  void configure_read(caf::io::receive_policy::config config) override {
    stream_.configure_read(config);
    if (!std::exchange(launched_, true))
      launch();
  }
  void ack_writes(bool enable) override { stream_.ack_writes(enable); }
  std::vector<char>& wr_buf() override { return stream_.wr_buf(); }
  std::vector<char>& rd_buf() override { return stream_.rd_buf(); }
  void graceful_shutdown() override {
    stream_.graceful_shutdown();
    detach(&stream_.backend(), false);
  }
  void flush() override { stream_.flush(this); }
  std::string addr() const override {
    const auto found = caf::io::network::remote_addr_of_fd(stream_.fd());
    return found ? *found : std::string{};
  }
  std::uint16_t port() const override {
    const auto found = caf::io::network::remote_port_of_fd(stream_.fd());
    return found ? *found : std::uint16_t{0};
  }
  void add_to_loop() override { stream_.activate(this); }
  void remove_from_loop() override { stream_.passivate(); }

private:
  void launch() {
    stream_.start(this);
    if (stream_.has_input()) // it came together with the end of the proof
      stream_.backend().post([self = caf::intrusive_ptr<tls_scribe>{this}] {
        self->stream_.handle_event(caf::io::network::operation::read);
      });
  }

  tls_stream stream_;
  bool launched_ = false;
};

caf::io::scribe_ptr make_scribe(caf::actor_system& system, net::node_socket& socket) {
  auto& loop = static_cast<caf::io::network::default_multiplexer&>(system.middleman().backend());
  auto tls = socket.take_tls();
  const auto handle = socket.release();
  if (!tls)
    return loop.new_scribe(handle);
  return caf::make_counted<tls_scribe>(loop, handle, std::move(tls));
}

caf::actor basp_broker_of(caf::actor_system& system) {
  return system.middleman().named_broker<caf::io::basp_broker>(caf::atom("BASP"));
}

/// For each node that it meets, BASP spawns an actor that asks it for its server of remote spawning, and keeps it
/// after the node has gone, for ever: over a kilobyte for each node that was started again. Nobody here spawns
/// anything elsewhere. Runs where the broker does, which is on the multiplexer.
void forget_gone_nodes(const caf::actor& broker) {
  auto* const basp =
      static_cast<caf::io::basp_broker*>(caf::actor_cast<caf::abstract_actor*>(broker));
  std::erase_if(basp->spawn_servers, [basp](const auto& one) {
    if (basp->instance.tbl().lookup_direct(one.first))
      return false;
    caf::anon_send_exit(one.second, caf::exit_reason::kill);
    return true;
  });
}

} // namespace

void prepare_for_nodes(caf::actor_system_config& config) {
  config.load<caf::io::middleman>();
  // Deserialising on the multiplexer's thread is faster than handing it over, and keeps the order.
  config.set("middleman.workers", std::size_t{0});
  config.set("middleman.heartbeat-interval", caf::timespan{0});
  config.set("middleman.app-identifiers", std::vector<std::string>{application});
  add_peer_messages(config);
}

basp_link::basp_link(net::node_socket socket)
    : socket_(std::move(socket)), handle_(::fcntl(socket_.handle(), F_DUPFD_CLOEXEC, 0)) {}

basp_link::~basp_link() {
  cut();
  // The multiplexer learns of this cut later; it is those before whose entries go now.
  if (system_ != nullptr)
    system_->middleman().backend().post(
        [broker = basp_broker_of(*system_)] { forget_gone_nodes(broker); });
  if (handle_ >= 0)
    ::close(handle_);
}

void basp_link::attach(caf::event_based_actor& self, std::function<void(caf::actor)> found,
                       std::function<void(std::string why)> failed) {
  system_ = &self.system();
  const auto broker = basp_broker_of(*system_);
  const bool dialled = socket_.dialled().has_value();
  auto scribe = make_scribe(self.system(), socket_);
  if (!dialled) {
    self.send(broker, caf::publish_atom::value, std::move(scribe), published_as,
              caf::actor_cast<caf::strong_actor_ptr>(&self), std::set<std::string>{});
    return;
  }
  self.request(broker, handshake_timeout, caf::connect_atom::value, std::move(scribe), published_as)
      .then(
          [found, failed](const caf::node_id&, caf::strong_actor_ptr& other,
                          const std::set<std::string>&) {
            if (other)
              found(caf::actor_cast<caf::actor>(std::move(other)));
            else
              failed("it publishes nobody to speak to");
          },
          [failed, &self](const caf::error& error) {
            failed("CAF's handshake failed: " + self.system().render(error));
          });
}

void basp_link::cut() noexcept {
  if (handle_ >= 0)
    ::shutdown(handle_, SHUT_RDWR);
}

} // namespace troupe::supervision
