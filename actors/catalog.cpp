#include "troupe/actors/catalog.hpp"

#include <algorithm>

namespace troupe {

std::string_view key_of(const tool_entry& entry) noexcept {
  return entry.description.name;
}
std::string_view key_of(const resource_entry& entry) noexcept {
  return entry.description.uri;
}
std::string_view key_of(const template_entry& entry) noexcept {
  return entry.description.uri_template;
}
std::string_view key_of(const prompt_entry& entry) noexcept {
  return entry.description.name;
}

template<class Entry>
void entry_table<Entry>::put(pointer entry) {
  const auto key = key_of(*entry);
  if (!by_key_.contains(key)) {
    entries_.push_back(std::move(entry));
    by_key_.emplace(key_of(*entries_.back()), entries_.back().get());
    return;
  }
  const auto same = position(key);
  by_key_.erase(key_of(**same)); // this key points into the entry that goes
  *same = std::move(entry);
  by_key_.emplace(key_of(**same), same->get());
}

template<class Entry>
bool entry_table<Entry>::remove(std::string_view key) {
  const auto found = position(key);
  if (found == entries_.end())
    return false;
  by_key_.erase(key_of(**found));
  entries_.erase(found);
  return true;
}

template<class Entry>
auto entry_table<Entry>::position(std::string_view key) -> typename std::vector<pointer>::iterator {
  return std::find_if(entries_.begin(), entries_.end(),
                      [&](const pointer& entry) { return key_of(*entry) == key; });
}

template<class Entry>
void entry_table<Entry>::index() {
  by_key_.clear();
  by_key_.reserve(entries_.size());
  for (const auto& entry : entries_)
    by_key_.emplace(key_of(*entry), entry.get());
}

template class entry_table<tool_entry>;
template class entry_table<resource_entry>;
template class entry_table<template_entry>;
template class entry_table<prompt_entry>;

std::optional<catalog::reader> catalog::find_reader(std::string_view uri) const {
  if (const auto* fixed = resources.find(uri))
    return reader{&fixed->run, fixed->description.cache, {}};
  for (const auto& entry : templates.entries())
    if (auto variables = entry->pattern.match(uri))
      return reader{&entry->run, entry->description.cache, std::move(*variables)};
  return std::nullopt;
}

} // namespace troupe
