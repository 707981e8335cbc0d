#pragma once

// A task as a value: all that another node needs to go on with it under the same id. Made by the task when its node
// drains (task_move.cpp), unpacked by task_adoption.cpp. A call that runs is not in it: a task is packed when its
// handler has come to an end, or waits for the client. Crosses as a part of peer_batch (peer_messages.hpp).

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <caf/meta/type_name.hpp>

#include "troupe/actors/remote_messages.hpp"

namespace troupe {

enum class task_phase : std::uint8_t { working, input_required, completed, failed, cancelled };

/// How often clients have been asked under a key of the handler.
struct asked_key {
  std::string key;
  std::int32_t times = 0;

  friend bool operator==(const asked_key&, const asked_key&) = default;
};

struct task_image {
  std::string id;
  std::uint8_t phase = 0;      ///< task_phase, but for working
  std::int64_t created_at = 0; ///< milliseconds since 1970
  std::int64_t updated_at = 0; ///< likewise
  std::string message;         ///< for people
  /// Who the client is; and if it is to answer, what the handler is called with when it has: the answers are those
  /// that have come so far.
  tool_call call;
  /// What the handler said last: its result, its error, or the questions that are open, by their keys on the wire.
  tool_news last_word;
  std::vector<std::string>
      open_keys; ///< the handler's, of the open questions in the order of the keys on the wire
  std::vector<asked_key> asked;
  std::vector<std::string> used_keys; ///< on the wire
};

/// What it costs on the way between nodes: its texts, and something for each of its parts.
std::size_t bytes_of(const task_image& image) noexcept;

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, asked_key& x) {
  return f(caf::meta::type_name("asked_key"), x.key, x.times);
}
template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, task_image& x) {
  return f(caf::meta::type_name("task_image"), x.id, x.phase, x.created_at, x.updated_at, x.message,
           x.call, x.last_word, x.open_keys, x.asked, x.used_keys);
}

} // namespace troupe
