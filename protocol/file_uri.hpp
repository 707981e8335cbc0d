// file:// URIs and the paths they mean (RFC 8089), for a directory that is served read-only. The
// check is lexical: nothing that could leave the directory by its text passes. Symbolic links are
// the handler's business, which opens the file.
#pragma once

#include <boost/system/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::protocol {

enum class file_uri_error : std::uint8_t {
  not_a_file_uri, // another scheme, or no absolute path
  foreign_host,   // a host other than none or "localhost"
  has_query,      // a '?' or '#': files have none
  bad_encoding,   // a '%' without two hexadecimal digits, or not UTF-8
  forbidden_byte, // NUL, another control character, or a backslash, plain or encoded
  encoded_slash,  // %2F
  dot_segment,    // "." or "..", plain or encoded
  empty_segment,  // "//" inside the path
  too_long,       // above max_file_path_size
  outside,        // not below the given directory
};

inline constexpr std::size_t max_file_path_size = 4096;

/// A sentence for the person who sent the URI.
std::string_view to_string(file_uri_error error) noexcept;

[[noreturn]] void throw_exception_from_error(const file_uri_error& error,
                                             const boost::source_location& where);

/// The absolute path that the URI means, decoded and without a trailing slash (except "/" itself).
boost::system::result<std::string, file_uri_error> path_from_file_uri(std::string_view uri);

/// The same, relative to `root` (an absolute path); "" is the root itself. `outside` when it is not
/// below it.
boost::system::result<std::string, file_uri_error> path_below(std::string_view root,
                                                              std::string_view uri);

/// The URI of an absolute path, percent-encoded.
std::string file_uri_from_path(std::string_view path);

} // namespace troupe::protocol
