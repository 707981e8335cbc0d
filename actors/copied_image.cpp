#include "troupe/actors/copied_image.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <boost/json.hpp>

#include "troupe/protocol/encode.hpp"
#include "troupe/protocol/request_id.hpp"
#include "troupe/protocol/rpc_error.hpp"

namespace troupe {

namespace {

constexpr std::string_view why_failed =
    "The node that served this session was lost while it had this request, which may have been "
    "carried out or not.";

bool is_standalone(std::uint64_t stream) {
  return stream % 2 == 1;
}

/// `id` is JSON.
std::string error_for(const std::string& id) {
  boost::system::error_code broken;
  const auto value = boost::json::parse(id, broken);
  std::string result;
  protocol::append_error(result, broken ? std::nullopt : protocol::request_id::from(value),
                         {protocol::error_code::internal_error, std::string{why_failed}});
  return result;
}

} // namespace

void apply_changes(session_image& copy, session_image&& changes) {
  auto events = std::move(copy.events);
  std::erase_if(events,
                [&](const event_image& each) { return each.sequence <= changes.last_evicted; });
  events.insert(events.end(), std::make_move_iterator(changes.events.begin()),
                std::make_move_iterator(changes.events.end()));
  copy = std::move(changes);
  copy.events = std::move(events);
}

void revive(session_image& copy) {
  copy.sequence += unknown_numbers;
  copy.next_question += static_cast<std::int64_t>(unknown_numbers);
  for (const auto& request : copy.running) {
    const auto stream =
        std::find_if(copy.streams.begin(), copy.streams.end(),
                     [&](const stream_image& one) { return one.number == request.stream; });
    if (stream == copy.streams.end())
      continue;
    copy.events.push_back(
        {request.stream, ++copy.sequence, stream->last_event, error_for(request.id)});
    stream->last_event = copy.sequence;
  }
  copy.running.clear();
  std::erase_if(copy.streams, [](const stream_image& one) { return !is_standalone(one.number); });
  for (auto& each : copy.streams)
    each.detached_ms = 0;
  // Even numbers are those of POSTs, odd ones of GETs.
  if (copy.lost_from == 0)
    copy.lost_from = copy.last_post_stream + 2;
  copy.last_post_stream += 2 * unknown_numbers;
  copy.lost_until = copy.last_post_stream;
  copy.last_standalone_stream += 2 * unknown_numbers;
  copy.last_standalone_stream -= 1 - copy.last_standalone_stream % 2;
  copy.idle_ms = copy.age_ms = 0;
}

} // namespace troupe
