#pragma once

// What an actor does about messages that it does not know and exceptions that it did not catch. CAF
// writes about both to stdout, which belongs to the protocol when it runs over stdio; here both go to
// the log, the actor that threw ends, and whoever monitors it hears why.

#include <caf/scheduled_actor.hpp>

namespace troupe::supervision {

void log_the_unexpected(caf::scheduled_actor& self);

} // namespace troupe::supervision
