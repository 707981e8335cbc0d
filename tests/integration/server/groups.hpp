#pragma once

// A server whose handlers do what tests need and no real server should: wait for a word, throw, die,
// flood, change the catalog. What a test waits for it releases by another call, so nothing here
// depends on time. Started by the Python tests beside it.

#include <cstdint>

#include "troupe/supervision/node.hpp"

namespace troupe::test_server {

/// wait, wait_detached, open, waiting, cancelled: calls that end when another call says so;
/// wait_file: one that ends when a file appears.
void add_gate(node& node);

/// Handlers that fail in every way a handler can.
void add_failures(node& node);

/// Progress, log messages, notifications and floods of them.
void add_telling(node& node);

/// Changes of the catalog and of resources, notifications to clients, hooks.
void add_publishing(node& node);

/// Forms, URLs, sampling, roots; in tools of every kind, a prompt and a resource, once or in rounds.
void add_asking(node& node);

/// Ways to hurt the runtime itself: kill one of its actors, never return; and how many actors there are.
void add_supervising(node& node);

/// Results of every shape, in every kind of execution.
void add_results(node& node);

/// By cluster.node: a "runner…" exports all its tools to other nodes, a "caller…" has none of its own. Called last.
void apply_role(node& node);

/// Handlers that watch for their cancellation.
void add_watching(node& node);

/// record, record_slowly: calls that leave a trace in a file, so that it can be counted how often they ran.
void add_recording(node& node);

/// Of a clock that never goes back.
std::int64_t microseconds_now();

} // namespace troupe::test_server
