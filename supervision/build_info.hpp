#pragma once

// Which build this is: for --version, the metric troupe_build_info and serverInfo.

#include <string_view>

namespace troupe::supervision {

std::string_view build_version() noexcept;  ///< "0.1.0"
std::string_view build_revision() noexcept; ///< commit, "unknown" outside a repository
std::string_view build_compiler() noexcept; ///< "g++ 12.2.0"

} // namespace troupe::supervision
