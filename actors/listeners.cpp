#include "troupe/actors/listeners.hpp"

#include <utility>

namespace troupe {

namespace {

/// How many listeners may come between two searches for empty lists.
constexpr std::size_t sweep_interval = 1024;

} // namespace

// What an idle subscription adds to its connection, besides an entry for each list that it is in. The
// goal for both: 3 KiB in all (docs/decisions/0015-memory.md).
static_assert(sizeof(listener) <= 32);

void listeners::enter(listener& who, list& where) {
  static_assert(sizeof(listener::entry) <= 24);
  auto& added = *who.entries_.emplace_back(std::make_unique<listener::entry>());
  added.owner = &who;
  where.push_back(added);
}

void listeners::add(listener& who, const protocol::subscription_filter& filter) {
  if (until_sweep_-- == 0)
    sweep();
  const std::pair<listen_topic, bool> wanted[] = {{listen_topic::tools, filter.tools},
                                                  {listen_topic::prompts, filter.prompts},
                                                  {listen_topic::resources, filter.resources}};
  for (const auto& [topic, is_wanted] : wanted)
    if (is_wanted)
      enter(who, topics_[static_cast<std::size_t>(topic)]);
  for (const auto& uri : filter.uris)
    enter(who, resources_[uri]);
  for (const auto& task : filter.task_ids)
    enter(who, tasks_[task]);
}

void listeners::remove(listener& who) {
  who.entries_.clear();
}

void listeners::tell(list& all, const protocol::tagged_notification& told) {
  // Whoever is told may leave and take others along; the bookmark stays.
  listener::entry bookmark;
  for (auto at = all.begin(); at != all.end();) {
    auto* const owner = at->owner;
    all.insert(++at, bookmark);
    if (owner != nullptr) // another's bookmark
      owner->on_notification(told);
    at = ++all.iterator_to(bookmark);
    bookmark.unlink();
  }
}

void listeners::publish(listen_topic topic, const protocol::tagged_notification& told) {
  tell(topics_[static_cast<std::size_t>(topic)], told);
}

void listeners::publish(keyed_lists& lists, const std::string& key,
                        const protocol::tagged_notification& told) {
  const auto found = lists.find(key);
  if (found == lists.end())
    return;
  tell(found->second, told);
  if (found->second.empty())
    lists.erase(found);
}

void listeners::publish_resource(const std::string& uri,
                                 const protocol::tagged_notification& told) {
  publish(resources_, uri, told);
}

void listeners::publish_task(const std::string& task, const protocol::tagged_notification& told) {
  publish(tasks_, task, told);
}

void listeners::sweep() {
  until_sweep_ = sweep_interval;
  const auto is_empty = [](const auto& entry) { return entry.second.empty(); };
  std::erase_if(resources_, is_empty);
  std::erase_if(tasks_, is_empty);
}

} // namespace troupe
