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
#include "troupe/actors/session_observer.hpp"
#include "troupe/actors/session_options.hpp"

namespace troupe {

using stream_number = std::uint64_t;

enum class stream_kind : std::uint8_t { post, standalone };

/// What became of a wish to resume.
enum class resume_status : std::uint8_t {
  resumed,
  unknown, ///< never existed in this session
  expired, ///< later events of this stream are not kept any more
};

class stream_table {
public:
  /// `self` sends; `options` and `observer` outlive the table.
  stream_table(caf::event_based_actor* self, const session_options& options,
               session_observer& observer);

  /// Begins a stream on `exchange`; `primed`: with an event that carries only an id and `retry`.
  stream_number open(stream_kind kind, const caf::actor& transport, exchange_id exchange,
                     bool primed, std::optional<protocol::session_id> session = {});
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

private:
  struct stream {
    stream_number number = 0;
    caf::actor transport; ///< empty while detached
    exchange_id exchange = 0;
    std::uint64_t attached_at = 0; ///< counts attachments, to find the latest
    time_point detached_since{};
  };

  static bool is_standalone(stream_number number) noexcept { return number % 2 == 1; }
  stream* find(stream_number number);
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
  std::uint64_t attachments_ = 0;
};

} // namespace troupe
