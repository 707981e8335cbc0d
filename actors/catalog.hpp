#pragma once

// What this node offers: tools, resources, resource templates, prompts, and who answers for them.
// A catalog is immutable. The dispatcher publishes a new one for every change; each I/O thread looks
// things up in the one it was given last, without a lock and without asking anybody.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include "troupe/actors/handler.hpp"
#include "troupe/actors/tool_options.hpp"
#include "troupe/protocol/json_schema.hpp"
#include "troupe/protocol/param_headers.hpp"
#include "troupe/protocol/prompt.hpp"
#include "troupe/protocol/resource.hpp"
#include "troupe/protocol/result_context.hpp"
#include "troupe/protocol/tool.hpp"
#include "troupe/protocol/uri_template.hpp"

namespace troupe {

/// A completion handler per argument (of a prompt) or variable (of a resource template).
using completions = std::map<std::string, handler, std::less<>>;

/// `number` is the order of registration: lists are sorted by it, cursors name it.
struct tool_entry {
  std::uint64_t number = 0;
  protocol::tool description;
  handler run;
  tool_options options;
  /// Arguments that modern clients repeat in headers, by the schema's x-mcp-header.
  std::vector<protocol::param_header> param_headers;
  protocol::json_schema_ptr input_check;  ///< null: anything goes
  protocol::json_schema_ptr output_check; ///< of structuredContent; null: anything goes
  bool remote = false; ///< other nodes have it, and this one does not (remote_tools.hpp)
};
struct resource_entry {
  std::uint64_t number = 0;
  protocol::resource description;
  handler run;
};
struct template_entry {
  std::uint64_t number = 0;
  protocol::resource_template description;
  protocol::uri_template pattern;
  handler run;
  troupe::completions completions;
};
struct prompt_entry {
  std::uint64_t number = 0;
  protocol::prompt description;
  handler run;
  troupe::completions completions;
};

/// Entries of one kind, found by key (name or URI) and listed in order of registration.
template<class Entry>
class entry_table {
public:
  using pointer = std::shared_ptr<const Entry>;

  const Entry* find(std::string_view key) const {
    const auto found = by_key_.find(key);
    return found == by_key_.end() ? nullptr : found->second;
  }
  const std::vector<pointer>& entries() const noexcept { return entries_; }
  std::size_t size() const noexcept { return entries_.size(); }

  /// Replaces an entry of the same key in place, so that its position in lists stays.
  void put(pointer entry);
  bool remove(std::string_view key);

  entry_table() = default;
  entry_table(const entry_table& other) : entries_(other.entries_) { index(); }
  entry_table& operator=(const entry_table& other) {
    entries_ = other.entries_;
    index();
    return *this;
  }
  entry_table(entry_table&&) noexcept = default;
  entry_table& operator=(entry_table&&) noexcept = default;
  ~entry_table() = default;

private:
  typename std::vector<pointer>::iterator position(std::string_view key);
  void index();

  std::vector<pointer> entries_;
  std::unordered_map<std::string_view, const Entry*> by_key_;
};

std::string_view key_of(const tool_entry&) noexcept;
std::string_view key_of(const resource_entry&) noexcept;
std::string_view key_of(const template_entry&) noexcept;
std::string_view key_of(const prompt_entry&) noexcept;

struct catalog : boost::intrusive_ref_counter<catalog, boost::thread_safe_counter> {
  std::uint64_t version = 0;
  entry_table<tool_entry> tools;
  entry_table<resource_entry> resources;
  entry_table<template_entry> templates;
  entry_table<prompt_entry> prompts;

  /// Who reads `uri`: a fixed resource, or else the first template that matches.
  struct reader {
    const handler* run = nullptr;
    std::optional<protocol::cache_hints> cache; ///< where the resource has its own
    protocol::uri_variables variables;
  };
  std::optional<reader> find_reader(std::string_view uri) const;
};
using catalog_ptr = boost::intrusive_ptr<const catalog>;

/// Which lists differ between two catalogs.
struct list_changes {
  bool tools = false;
  bool resources = false; ///< resources or templates
  bool prompts = false;

  bool any() const noexcept { return tools || resources || prompts; }
  list_changes& operator|=(const list_changes& more) noexcept {
    tools |= more.tools;
    resources |= more.resources;
    prompts |= more.prompts;
    return *this;
  }
};

} // namespace troupe
