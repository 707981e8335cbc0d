// What a handler on one node wants to know from a client of another one, as text between the two. Questions stand there as
// their client will read them; the receiver makes the same questions of them again, to check the answers. Flow:
// actors/exported_calls → here → actors/imported_calls.
#pragma once

#include "troupe/protocol/input_request.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::protocol {

/// As in input_required::requests.
using questions = std::map<std::string, input_request>;

/// {key:{"method":…,"params":{…}}}, the params as `r` has them.
std::string encode_questions(const questions& asked, revision r);

/// Nothing if the text is none that encode_questions() writes.
std::optional<questions> decode_questions(std::string_view text);

} // namespace troupe::protocol
