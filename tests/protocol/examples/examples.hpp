// The specification's own example messages of 2026-07-28 (tests/schemas/2026-07-28/examples), and for each what Troupe
// does with it: writes it, or reads it. examples_test.cpp runs all rows and wants one for every file there is.
#pragma once

#include "troupe/protocol/json.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::protocol::examples {

struct row {
  /// Below the folder of the examples.
  std::string file;
  /// What is wrong; empty when nothing is. `text` is the file's.
  std::function<std::string(const std::string& text, const json::value& example)> check;
};

using table = std::vector<row>;

/// A message that a server sends: `write` appends our JSON, which must be equal to the example and fit its definition. `adjust` changes the
/// example beforehand, where we may say it otherwise; a comment at the row tells why we may.
row sent(std::string file, std::function<void(std::string&)> write,
         std::function<void(json::value&)> adjust = nullptr);

/// A message that a server receives: `read` says what is wrong, as row::check.
row received(std::string file, std::function<std::string(const json::value&)> read);

/// What differs between two JSON texts; empty when they are equal. Numbers compare by value, members in any order.
std::string difference(const json::value& ours, const json::value& example);

/// How a message breaks a definition of the specification's schema (the name of an example's folder is that of its
/// definition); empty when it does not.
std::string breach(const json::value& message, std::string_view definition);

/// "" or the sentence.
std::string unless(bool good, std::string_view otherwise);

json::value parse(std::string_view text);

table requests();     // a client's requests and notifications
table answers();      // a client's answers to what was asked of it, and its capabilities
table results();      // a server's results
table descriptions(); // tools, resources, prompts and content
table questions();    // what a server asks of a client
table notices();      // a server's notifications, errors and capabilities

} // namespace troupe::protocol::examples
