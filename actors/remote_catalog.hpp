#pragma once

// The tools of other nodes as entries of this node's catalog: part of the dispatcher. A tool of this node comes first; the
// others' takes its place again when it is removed.

#include <functional>
#include <map>
#include <memory>
#include <string>

#include <caf/actor.hpp>

#include "troupe/actors/catalog.hpp"
#include "troupe/actors/remote_messages.hpp"

namespace troupe {

class remote_catalog {
public:
  /// Who answers for all of them; null: nobody has been heard of.
  const caf::actor& source() const noexcept { return source_; }

  /// From now on there are these; `number` gives each new entry its own. Those that are wrong are left out, with a warning.
  void set(remote_tools_changed&& all, const std::function<std::uint64_t()>& number);
  /// Nobody answers any more.
  void clear();

  /// Makes the remote tools of `target` those of this catalog; true if that changed its list.
  bool merge_into(catalog& target) const;

private:
  struct tool {
    announced_tool told;
    std::shared_ptr<const tool_entry> entry;
  };

  caf::actor source_;
  std::map<std::string, tool, std::less<>> tools_;
};

} // namespace troupe
