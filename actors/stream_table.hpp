#pragma once

// The event streams of one session. A stream outlives its connection: it is *attached* while a
// transport carries it and *detached* in between, when its events wait in the ring for a client that
// resumes with Last-Event-ID. A stream answers one POST or is standalone (opened by GET); the two
// are numbered odd and even, so that an event id alone tells which kind it named.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <caf/actor.hpp>
#include <caf/event_based_actor.hpp>

#include "troupe/actors/event_ring.hpp"
#include "troupe/actors/exchange.hpp"
#include "troupe/actors/session_image.hpp"
#include "troupe/actors/session_observer.hpp"
#include "troupe/actors/session_options.hpp"

namespace troupe {

using stream_number = std::uint64_t;

enum class stream_kind : std::uint8_t { post, standalone };

/// What became of a wish to resume.
enum class resume_status : std::uint8_t {
  resumed,
  incomplete, ///< resumed, but some later events of this stream are not kept any more
  unknown,    ///< never existed in this session
  expired,    ///< the stream is complete and none of its later events is kept any more
  lost,       ///< if it existed, it ended with the node that it was on
};

class stream_table {
public:
  /// `self` sends; `options` and `observer` outlive the table.
  stream_table(caf::event_based_actor* self, const session_options& options,
               session_observer& observer);

  /// Begins a stream on `exchange`; `primed`: with an event that carries only an id and `retry`.
  stream_number open(stream_kind kind, const caf::actor& transport, exchange_id exchange,
                     bool primed, std::optional<protocol::session_id> session = {});
  /// The one stream of a duplex transport: everything goes there, at once or never, without event ids
  /// and without being kept. It is ended by nobody but the session.
  void open_direct(const caf::actor& transport, exchange_id exchange);
  /// Attaches the stream that `last` names to `exchange` and sends what came behind `last`.
  resume_status resume(protocol::event_id last, const caf::actor& transport, exchange_id exchange);
  /// Sends an event, or keeps it for a resumption.
  void emit(stream_number number, const frame_ptr& payload);
  /// The stream is complete: ends it properly. Its events stay in the ring.
  void finish(stream_number number);
  void finish_all();
  void finish_standalone();
  /// Ends the connection of a stream and keeps the stream.
  void detach(stream_number number, time_point now);
  void detach_all(time_point now);
  /// The transport cannot carry `exchange` any more; false if no stream was on it.
  bool lost(const caf::actor_addr& transport, exchange_id exchange, time_point now);
  /// Forgets streams that have been detached for longer than the resume window.
  void expire(time_point now);

  /// Where messages go that belong to no call: the standalone stream that was attached last, or else
  /// one whose client is expected back.
  std::optional<stream_number> standalone() const;
  bool has_attached_standalone() const;
  bool is_full() const noexcept { return streams_.size() >= options_.max_streams; }
  bool empty() const noexcept { return streams_.empty(); }
  /// When expire() has something to do next, if ever.
  std::optional<time_point> next_expiry() const;

  /// For a session that goes to another node or is copied there, and there. With the events behind `after`, but
  /// no more than these bytes of them and one. The table that unpacks is new.
  void pack(session_image& into, time_point now, std::uint64_t after,
            std::size_t max_event_bytes) const;
  void unpack(session_image& from, time_point now);

  /// Grows with each change of what pack() shows.
  std::uint32_t changes() const noexcept { return changes_; }
  /// The last that was given to an event, kept or not.
  std::uint64_t sequence() const noexcept { return sequence_; }
  /// That of the last one that is kept, or was.
  std::uint64_t last_event() const noexcept { return ring_.last_event(); }

private:
  struct stream {
    stream_number number = 0;
    caf::actor transport; ///< empty while detached
    exchange_id exchange = 0;
    std::uint64_t last_event = 0;  ///< sequence; the priming event does not count
    std::uint32_t attached_at = 0; ///< counts attachments, to find the latest
    time_point detached_since{};
    bool direct = false; ///< see open_direct()
  };

  static bool is_standalone(stream_number number) noexcept { return number % 2 == 1; }
  stream* find(stream_number number);
  bool has_gap(protocol::event_id after, const stream* target,
               const std::vector<event_ring::event>& missed) const;
  void send(const stream& to, protocol::event_id id, const frame_ptr& payload);
  void attach(stream& target, const caf::actor& transport, exchange_id exchange);
  void end_connection(stream& target);
  void forget(stream_number number);

  caf::event_based_actor* self_;
  const session_options& options_;
  session_observer& observer_;
  event_ring ring_;
  std::vector<stream> streams_;
  stream_number last_number_[2] = {0, 0}; ///< by is_standalone
  std::uint64_t sequence_ = 0;
  std::uint32_t attachments_ = 0;
  std::uint32_t changes_ = 0;
  stream_number lost_from_ = 0; ///< session_image
  stream_number lost_until_ = 0;
};

} // namespace troupe
