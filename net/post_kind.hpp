#pragma once

// What a transport must know of a POST's body to route it: everything else is the session's.

#include <optional>

#include "troupe/protocol/document.hpp"
#include "troupe/protocol/request_id.hpp"

namespace troupe::net {

struct post_kind {
  bool initialize = false;   ///< holds a request with the method `initialize`
  bool needs_answer = false; ///< holds a request, or something that is no valid message
};

post_kind find_post_kind(const protocol::document& body);

/// The id to answer to when the whole body is refused; nothing for a batch or without a valid id.
std::optional<protocol::request_id> find_request_id(const protocol::document& body);

} // namespace troupe::net
