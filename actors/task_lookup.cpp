#include "troupe/actors/task_lookup.hpp"

#include <algorithm>

namespace troupe {

task_place find_task(shard_state& shard, const task_id& task, session_search& search) {
  if (const auto found = shard.tasks.find(task); found != shard.tasks.end())
    return {found->second};
  for (;;) {
    auto home = shard.home_of(task, search);
    switch (home.where) {
    case session_home::place::elsewhere:
      return {std::move(home.peer)};
    case session_home::place::unreachable:
      return {nullptr, true};
    case session_home::place::nowhere:
      return {};
    case session_home::place::here:
      break;
    }
    if (std::ranges::find(search.tried, shard.node) != search.tried.end())
      return {}; // without a cluster: there is no other place
    const auto owner = protocol::shard_of(task, shard.count);
    if (owner != shard.index)
      return {shard.shards[owner]};
    search.tried.push_back(shard.node);
    if (const auto heir = shard.moved_tasks.find(task); heir != shard.moved_tasks.end())
      search.told = heir->second;
  }
}

task_reply answer_absent(const shard_state& shard, const task_request& request) {
  auto answer = make_unknown_task_reply(request.id);
  const auto heir = shard.moved_tasks.find(request.task);
  answer.absent = task_absence{shard.node, heir != shard.moved_tasks.end() ? heir->second : 0, {}};
  return answer;
}

} // namespace troupe
