#pragma once

// Who is on the other side: what a handler and the application may know about a client. Shared by
// the session and its running calls; immutable except for the log level, which the client may set
// while calls run on other threads.

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

  /// Log messages below this level are not sent (server/utilities/logging).
  protocol::log_level log_level() const noexcept { return level_.load(std::memory_order_relaxed); }
  void log_level(protocol::log_level level) noexcept {
    level_.store(level, std::memory_order_relaxed);
  }

private:
  std::atomic<protocol::log_level> level_{protocol::log_level::debug};
};

using client_ptr = boost::intrusive_ptr<client>;

} // namespace troupe
