// The members that every result, or every described thing, has in the same way.
#pragma once

#include "troupe/protocol/annotations.hpp"
#include "troupe/protocol/icon.hpp"
#include "troupe/protocol/json_writer.hpp"
#include "troupe/protocol/result_context.hpp"
#include "troupe/protocol/revision.hpp"

#include <string_view>
#include <vector>

namespace troupe::protocol {

/// `resultType` ("complete") for modern clients, and `_meta` (which results have had in every
/// revision), with the server's name for modern ones.
void append_result_members(object_writer& writer, const json::object& meta,
                           const result_context& to, std::string_view result_type = "complete");

/// `_meta` of something inside a result.
void append_meta(object_writer& writer, const json::object& meta, revision r);

void append_annotations(object_writer& writer, const annotations& value, revision r);

void append_icons(object_writer& writer, const std::vector<icon>& icons, revision r);

void append_title(object_writer& writer, std::string_view title, revision r);

} // namespace troupe::protocol
