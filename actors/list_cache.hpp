#pragma once

// The results of tools/list and its siblings, encoded once per catalog, revision and page and then
// only copied. One cache per I/O thread; emptied when the thread gets another catalog.

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>

#include "troupe/actors/catalog.hpp"
#include "troupe/protocol/cursor.hpp"
#include "troupe/protocol/method.hpp"
#include "troupe/protocol/revision.hpp"

namespace troupe {

class list_cache {
public:
  /// Pages kept; with more the cache starts anew, which costs time and nothing else.
  static constexpr std::size_t max_pages = 512;

  /// The complete result object of `list` (tools_list, resources_list, resources_templates_list or
  /// prompts_list): up to `page_size` entries behind the one numbered `after`.
  const std::string& page(const catalog& source, protocol::method list, protocol::revision revision,
                          std::uint64_t after, std::size_t page_size,
                          const protocol::cursor_key& key);
  void clear() { pages_.clear(); }

private:
  using position = std::tuple<protocol::method, protocol::revision, std::uint64_t>;
  std::map<position, std::string> pages_;
};

} // namespace troupe
