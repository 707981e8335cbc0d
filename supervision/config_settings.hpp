#pragma once

// How the table of settings is written: its terms, and the part of it that config_table.cpp does not
// hold itself. Only for the files of the table.

#include <cstdint>
#include <span>

#include "troupe/supervision/config_table.hpp"

namespace troupe::supervision {

/// Sections about the server and how it is reached; in the order of the file, before all others.
std::span<const setting> endpoint_settings() noexcept;

/// The section about other nodes; after all others.
std::span<const setting> cluster_settings() noexcept;

namespace setting_terms {

inline constexpr std::uint64_t kib = 1024;
inline constexpr std::uint64_t mib = 1024 * kib;
inline constexpr std::uint64_t second = 1000;
inline constexpr std::uint64_t minute = 60 * second;
inline constexpr std::uint64_t hour = 60 * minute;
inline constexpr std::uint64_t day = 24 * hour;
inline constexpr std::uint64_t many = 1'000'000;

using m = member_ref;
using n = number_ref;
using c = config;

} // namespace setting_terms

} // namespace troupe::supervision
