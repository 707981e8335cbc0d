#pragma once

// A server whose handlers do what tests need and no real server should: wait for a word, throw, die,
// flood, change the catalog. What a test waits for it releases by another call, so nothing here
// depends on time. Started by the Python tests beside it.

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

/// Forms, URLs, sampling, roots.
void add_asking(node& node);

/// Ways to hurt the runtime itself: kill one of its actors, never return.
void add_supervising(node& node);

/// Results of every shape, in every kind of execution.
void add_results(node& node);

} // namespace troupe::test_server
