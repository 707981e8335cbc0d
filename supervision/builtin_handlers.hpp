#pragma once

// What the binary serves without any code of yours: the tools echo and server_status, the resource
// troupe://clock, and the files of the configured directories (file_resources.hpp).

#include <functional>

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include "troupe/actors/handler_set.hpp"
#include "troupe/supervision/config.hpp"
#include "troupe/supervision/node_metrics.hpp"

namespace troupe::supervision {

/// `figures` is called on the pool by server_status.
void add_builtin_handlers(handler_set& to, const config& settings,
                          std::function<node_figures()> figures);

/// Tells `publish` every builtin.clock_interval_ms that troupe://clock has changed, until it gets an
/// exit message. Nothing if the configuration wants no ticks.
caf::actor spawn_clock(caf::actor_system& system, const config& settings,
                       std::function<void()> publish);

} // namespace troupe::supervision
