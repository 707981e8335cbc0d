// A path that comes out is absolute, stays where it is, and has a URI that means the same path.
#include "troupe/protocol/file_uri.hpp"
#include "troupe/protocol/utf8.hpp"

#include <cstdlib>

using namespace troupe::protocol;

namespace {

// Between slashes, so that no segment needs a case of its own.
bool is_harmless(const std::string& relative) {
  const auto path = "/" + relative + "/";
  return is_utf8(path) && path.find("/../") == std::string::npos &&
         path.find("/./") == std::string::npos && path.find('\0') == std::string::npos &&
         path.find('\\') == std::string::npos && path.find('\n') == std::string::npos &&
         (relative.empty() || path.find("//") == std::string::npos);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view uri(reinterpret_cast<const char*>(data), size);
  const auto path = path_from_file_uri(uri);
  if (path && (!path->starts_with('/') || path->size() > max_file_path_size ||
               !is_harmless(path->substr(1)) ||
               path_from_file_uri(file_uri_from_path(*path)).value() != *path))
    std::abort();
  for (const auto* root : {"/", "/srv", "/srv/"}) {
    const auto below = path_below(root, uri);
    if (below && (!path || !is_harmless(*below) || !path->ends_with(*below)))
      std::abort();
  }
  return 0;
}
