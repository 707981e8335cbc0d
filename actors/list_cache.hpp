#pragma once

// The results of tools/list and its siblings and of server/discover, encoded once per catalog,
// revision and page. One cache per I/O thread; emptied when the thread gets another catalog.

#include <cstddef>
#include <cstdint>
#include <map>
#include <tuple>

#include "troupe/actors/catalog.hpp"
#include "troupe/actors/frame.hpp"
#include "troupe/actors/session_options.hpp"
#include "troupe/protocol/method.hpp"
#include "troupe/protocol/revision.hpp"

namespace troupe {

/// Which page of which list, and for whom.
struct page_request {
  /// tools_list, resources_list, resources_templates_list, prompts_list or server_discover.
  protocol::method list = protocol::method::tools_list;
  protocol::revision revision = protocol::latest_legacy_revision;
  std::uint64_t after = 0; ///< entries behind the one of this number
  const session_options& options;
  const frame_ptr& server_info; ///< for modern results; may be null
};

class list_cache {
public:
  /// Pages kept; with more the cache starts anew, which costs time and nothing else.
  static constexpr std::size_t max_pages = 512;

  /// The complete result object, up to options.page_size entries, and the brace that closes the
  /// response around it.
  frame_ptr page(const catalog& source, const page_request& request);
  void clear() { pages_.clear(); }

private:
  using position = std::tuple<protocol::method, protocol::revision, std::uint64_t>;
  std::map<position, frame_ptr> pages_;
};

} // namespace troupe
