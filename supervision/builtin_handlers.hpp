#pragma once

// What the binary serves without any code of yours: the tools echo and server_status and the resource
// troupe://clock. The files of configured directories are in file_resources.hpp.

#include <functional>
#include <string>

#include "troupe/actors/handler_set.hpp"
#include "troupe/supervision/config.hpp"
#include "troupe/supervision/node_metrics.hpp"

namespace troupe::supervision {

/// What the handlers need of the node that runs them; called on the pool while the node lives.
struct node_access {
  std::function<node_figures()> figures;
  std::function<void(std::string uri)> resource_updated;
};

/// Nothing if the configuration has switched them off. The clock is an actor that the dispatcher
/// supervises; it ticks every builtin.clock_interval_ms and tells so whether or not somebody is
/// subscribed, which costs one message for each I/O thread.
void add_builtin_handlers(handler_set& to, const config& settings, node_access node);

} // namespace troupe::supervision
