#include "troupe/actors/remote_catalog.hpp"

#include <utility>
#include <variant>
#include <vector>

#include <spdlog/spdlog.h>

#include "troupe/actors/handler_set.hpp"

namespace troupe {

namespace {

std::shared_ptr<const tool_entry> make_entry(const announced_tool& told, const caf::actor& source,
                                             std::uint64_t number) {
  handler_set set;
  set.add(description_of(told), handler{source, {.cancellation_messages = true}}, options_of(told));
  for (const auto& error : set.errors())
    spdlog::warn("cluster: a tool of another node is left out: {}", error);
  if (!set.errors().empty())
    return nullptr;
  auto entry = std::get<tool_entry>(set.changes().front());
  entry.number = number;
  entry.remote = true;
  entry.output_check = nullptr; // it is checked where the tool runs
  return std::make_shared<const tool_entry>(std::move(entry));
}

} // namespace

void remote_catalog::set(remote_tools_changed&& all, const std::function<std::uint64_t()>& number) {
  if (source_ != all.remote_tools)
    clear();
  source_ = std::move(all.remote_tools);
  auto before = std::exchange(tools_, {});
  for (auto& told : all.tools) {
    const auto old = before.find(told.name);
    if (old != before.end() && old->second.told == told) {
      tools_.insert(before.extract(old));
      continue;
    }
    const auto place = old != before.end() ? old->second.entry->number : number();
    if (auto entry = make_entry(told, source_, place)) {
      auto name = told.name;
      tools_.insert_or_assign(std::move(name), tool{std::move(told), std::move(entry)});
    }
  }
}

void remote_catalog::clear() {
  source_ = nullptr;
  tools_.clear();
}

bool remote_catalog::merge_into(catalog& target) const {
  std::vector<std::string> gone;
  for (const auto& entry : target.tools.entries())
    if (entry->remote && !tools_.contains(entry->description.name))
      gone.push_back(entry->description.name);
  bool changed = !gone.empty();
  for (const auto& name : gone)
    target.tools.remove(name);
  for (const auto& [name, tool] : tools_) {
    const auto* present = target.tools.find(name);
    if (present != nullptr && (!present->remote || present == tool.entry.get()))
      continue;
    target.tools.put(tool.entry);
    changed = true;
  }
  return changed;
}

} // namespace troupe
