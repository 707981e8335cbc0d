// One name for the JSON library. Values that come from the wire live in the arena of a document
// (document.hpp); values that handlers build live on the heap.
#pragma once

#include <boost/json.hpp>

namespace troupe::protocol {

namespace json = boost::json;

} // namespace troupe::protocol
