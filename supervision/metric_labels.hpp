#pragma once

// The texts of all metric labels, from the enums that own them. metrics/ knows only indices.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "troupe/actors/quota.hpp"
#include "troupe/metrics/thread_cells.hpp"

namespace troupe::supervision {

/// Points to tables that live as long as the process.
const metrics::label_tables& metric_labels();

/// The index of a name that session_observer::limit_refused() was given; one that is not known
/// counts as "other", so that no label can grow.
std::size_t refusal_index(std::string_view limit_name) noexcept;

/// The index of a close code of WebSockets; one that is seldom used counts as "other".
std::size_t close_code_index(std::uint16_t code) noexcept;

} // namespace troupe::supervision
