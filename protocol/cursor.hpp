// Opaque cursors of the paginated lists (server/utilities/pagination). A cursor says after which
// item of which list to go on, by the number under which that item was registered: numbers only
// grow, so the position stays right when items are added or removed between two pages. A short MAC
// keeps clients from making their own.
#pragma once

#include "troupe/protocol/method.hpp"
#include "troupe/protocol/rpc_error.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::protocol {

/// Drawn once per process (random_cursor_key) or shared by the nodes of a cluster.
using cursor_key = std::array<unsigned char, 32>;

/// From the system's generator (random_bytes.hpp).
cursor_key random_cursor_key();

/// `list` is the method it continues, e.g. method::tools_list; `after` the number of the last item
/// given.
std::string make_cursor(const cursor_key& key, method list, std::uint64_t after);

/// The number to go on after. -32602 when the cursor is not one of ours or belongs to another list.
rpc_result<std::uint64_t> read_cursor(const cursor_key& key, method list, std::string_view cursor);

} // namespace troupe::protocol
