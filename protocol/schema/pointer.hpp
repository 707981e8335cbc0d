// JSON Pointers (RFC 6901).
#pragma once

#include <string>
#include <string_view>

namespace troupe::protocol::schema {

/// "/" and the token, with ~0 and ~1.
void append_token(std::string& pointer, std::string_view token);

/// Cuts the first token off a pointer that is empty or starts with '/'. False when it is malformed.
bool next_token(std::string_view& pointer, std::string& token);

} // namespace troupe::protocol::schema
