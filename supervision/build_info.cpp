#include "troupe/supervision/build_info.hpp"

// TROUPE_VERSION comes from CMake, for this file alone. build_revision() is written by each build
// (cmake/TroupeRevision.cmake).

#define TROUPE_TEXT_OF(x) #x
#define TROUPE_TEXT(x) TROUPE_TEXT_OF(x)

namespace troupe::supervision {

std::string_view build_version() noexcept {
  return TROUPE_VERSION;
}

std::string_view build_compiler() noexcept {
#if defined(__clang__)
  return "clang " __clang_version__;
#else
  return "g++ " TROUPE_TEXT(__GNUC__) "." TROUPE_TEXT(__GNUC_MINOR__) "." TROUPE_TEXT(
      __GNUC_PATCHLEVEL__);
#endif
}

} // namespace troupe::supervision
