#pragma once

// What is counted about tools that live on other nodes. Implemented by supervision/cluster/cluster_view.

#include <cstddef>

namespace troupe {

class remote_tool_observer {
public:
  virtual ~remote_tool_observer() = default;

  /// Tools that other nodes have: connected ones, and lost ones alone.
  virtual void tools_known(std::size_t live, std::size_t absent) noexcept = 0;

  // -- calls of this node's clients on other nodes ------------------------------------------------

  virtual void tool_call_sent() noexcept = 0;
  /// It was sent to the next node, because the first one was lost before it had the call or did not take it.
  virtual void tool_call_moved() noexcept = 0;
  /// No node took it.
  virtual void tool_call_refused() noexcept = 0;
  /// The other node was lost with it.
  virtual void tool_call_lost() noexcept = 0;

  // -- calls of other nodes' clients here ---------------------------------------------------------

  virtual void tool_call_taken() noexcept = 0;
  virtual void tool_call_not_taken() noexcept = 0;

  /// Calls under way: of this node's clients elsewhere, of others' here; each time by one.
  virtual void imported_calls_changed(int by) noexcept = 0;
  virtual void exported_calls_changed(int by) noexcept = 0;
};

} // namespace troupe
