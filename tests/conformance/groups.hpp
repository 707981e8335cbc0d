#pragma once

// The fixture of the official MCP conformance suite: what the suite expects a server to offer, one
// group a file. Nothing here is part of the product. main.cpp adds the groups in order: the suite
// wants test_simple_text to be the first tool.

#include "troupe/actors/handler_set.hpp"
#include "troupe/supervision/node.hpp"

namespace troupe::conformance {

/// Text, image, audio, embedded resource, several at once, an error.
void add_content_tools(handler_set& set);

/// Tools that tell something while they work: log messages, progress.
void add_telling_tools(handler_set& set);

/// Tools whose input schema is the point: JSON Schema 2020-12 kept verbatim, x-mcp-header.
void add_schema_tools(handler_set& set);

/// A tool that gives its connection up and delivers on the next one.
void add_stream_tools(handler_set& set);

/// Sampling and elicitation, as the suite's legacy scenarios ask for them.
void add_client_tools(handler_set& set);

/// The test_input_required_result_* tools: several keys, several rounds, state.
void add_input_required_tools(handler_set& set);

/// What only the suite's modern scenarios call: capabilities of one request, log levels of one
/// request, changes that streams are told.
void add_modern_tools(handler_set& set, node& at);

/// Tools whose calls are tasks, for clients that know them.
void add_task_tools(handler_set& set);

void add_resources(handler_set& set);

void add_prompts(handler_set& set);
/// The first of them alone.
void add_simple_prompt(handler_set& set);

} // namespace troupe::conformance
