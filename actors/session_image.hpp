#pragma once

// A legacy session as a value: all that another node needs to go on with it under the same id. Made by the
// session when its node drains (session_move.cpp), unpacked by session_adoption.hpp; and again and again as a
// copy for the case that its node crashes (session_copy.cpp). What runs is not in it: a session that drains is
// packed when it has no calls, and a copy only names them. Crosses as a part of peer_batch (peer_messages.hpp).

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <caf/meta/type_name.hpp>

namespace troupe {

/// A stream without a connection, that waits for its client.
struct stream_image {
  std::uint64_t number = 0;
  std::uint64_t last_event = 0; ///< sequence
  std::uint64_t detached_ms = 0;

  friend bool operator==(const stream_image&, const stream_image&) = default;
};

/// An event of the ring.
struct event_image {
  std::uint64_t stream = 0;
  std::uint64_t sequence = 0;
  std::uint64_t previous = 0;
  std::string json;

  friend bool operator==(const event_image&, const event_image&) = default;
};

/// A request that runs, and whose answer will be the last event of a stream.
struct running_image {
  std::string id; ///< JSON
  std::uint64_t stream = 0;

  friend bool operator==(const running_image&, const running_image&) = default;
};

struct session_image {
  // -- what was negotiated ------------------------------------------------------------------------
  std::string id;
  std::string revision;
  std::string client_name;
  std::string client_version;
  std::uint32_t capabilities = 0; ///< capability_bits()
  bool ready = false;             ///< the client has sent notifications/initialized
  // -- what the client has set --------------------------------------------------------------------
  std::uint8_t log_level = 0; ///< protocol::log_level
  std::vector<std::string> subscriptions;
  // -- streams ------------------------------------------------------------------------------------
  std::vector<stream_image> streams;
  std::vector<event_image> events; ///< with increasing sequence
  std::uint64_t last_evicted = 0;
  std::uint64_t sequence = 0;
  std::uint64_t last_post_stream = 0;
  std::uint64_t last_standalone_stream = 0;
  /// Streams of POSTs from this number to that one may have been begun by a node that crashed. 0: none.
  std::uint64_t lost_from = 0;
  std::uint64_t lost_until = 0;
  // -- counters and clocks ------------------------------------------------------------------------
  std::int64_t next_question = 1;
  std::uint64_t idle_ms = 0; ///< since the client was heard
  std::uint64_t age_ms = 0;
  // -- of a copy ----------------------------------------------------------------------------------
  std::vector<running_image> running;
  std::uint64_t version = 0; ///< numbers the copies of a session; 0: this is none

  friend bool operator==(const session_image&, const session_image&) = default;
};

/// What it costs on the way between nodes: its texts, and something for each of its parts.
std::size_t bytes_of(const session_image& image) noexcept;

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, stream_image& x) {
  return f(caf::meta::type_name("stream_image"), x.number, x.last_event, x.detached_ms);
}
template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, event_image& x) {
  return f(caf::meta::type_name("event_image"), x.stream, x.sequence, x.previous, x.json);
}
template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, running_image& x) {
  return f(caf::meta::type_name("running_image"), x.id, x.stream);
}
template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, session_image& x) {
  return f(caf::meta::type_name("session_image"), x.id, x.revision, x.client_name, x.client_version,
           x.capabilities, x.ready, x.log_level, x.subscriptions, x.streams, x.events,
           x.last_evicted, x.sequence, x.last_post_stream, x.last_standalone_stream, x.lost_from,
           x.lost_until, x.next_question, x.idle_ms, x.age_ms, x.running, x.version);
}

} // namespace troupe
