#pragma once

// What an actor does about messages that it does not know and exceptions that it did not catch. CAF
// writes about both to stdout, which belongs to the protocol when it runs over stdio; here both go to
// the log, the actor that threw ends, and whoever monitors it hears why.

#include <caf/error.hpp>
#include <caf/scheduled_actor.hpp>

namespace troupe::supervision {

void log_the_unexpected(caf::scheduled_actor& self);

/// An end of an actor that nobody needs to look into.
bool is_orderly(const caf::error& reason);

} // namespace troupe::supervision
