#pragma once

// Who is on the other side: what a handler and the application may know about a client. Shared by
// the session and its running calls; immutable except for the log level, which the client may set
// while calls run on other threads. In the modern era a client is what one request says about it.

#include <atomic>
#include <string>

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include "troupe/protocol/initialize.hpp"
#include "troupe/protocol/log_level.hpp"
#include "troupe/protocol/revision.hpp"

namespace troupe {

/// What hooks are told about a client; public, safe to log (the session id is neither).
struct client_identity {
  std::string id;       ///< "client-<shard>-<number>"; the address for notify()
  std::string name;     ///< clientInfo.name
  std::string version;  ///< clientInfo.version
  std::string revision; ///< negotiated
};

class client : public boost::intrusive_ref_counter<client, boost::thread_safe_counter> {
public:
  client_identity identity;
  protocol::client_capabilities capabilities;
  protocol::revision revision = protocol::latest_legacy_revision;

  /// Whether a log message of this level is to be sent (server/utilities/logging).
  bool wants(protocol::log_level level) const noexcept {
    return static_cast<int>(level) >= threshold_.load(std::memory_order_relaxed);
  }
  /// Of a legacy client.
  protocol::log_level log_level() const noexcept {
    return static_cast<protocol::log_level>(threshold_.load(std::memory_order_relaxed));
  }
  void log_level(protocol::log_level level) noexcept {
    threshold_.store(static_cast<int>(level), std::memory_order_relaxed);
  }
  /// A modern client that names no level wants none.
  void wants_no_log() noexcept {
    threshold_.store(protocol::log_level_count, std::memory_order_relaxed);
  }

private:
  std::atomic<int> threshold_{static_cast<int>(protocol::log_level::debug)};
};

using client_ptr = boost::intrusive_ptr<client>;

} // namespace troupe
