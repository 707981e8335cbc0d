// Patterns of schemas are written for ECMA-262 (with the unicode flag) and run by RE2, whose time
// is linear in the text whatever a stranger sends. This translates the one to the other. What RE2
// cannot run in linear time (look-around, back-references) is refused when the schema is compiled.
#pragma once

#include <boost/system/result.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace troupe::protocol::schema {

struct pattern_problem {
  /// In bytes from the start of the pattern.
  std::size_t position = 0;
  /// "it has no closing ')'": a sentence about the pattern.
  std::string reason;
  /// The pattern is ECMA-262, but cannot be run.
  bool is_unsupported = false;
};

[[noreturn]] void throw_exception_from_error(const pattern_problem& problem,
                                             const boost::source_location& where);

constexpr std::size_t max_pattern_size = 4096;

/// The same pattern in RE2's syntax. Capturing groups become plain ones.
boost::system::result<std::string, pattern_problem> translate_pattern(std::string_view pattern);

using compiled_pattern = std::shared_ptr<const re2::RE2>;

boost::system::result<compiled_pattern, pattern_problem> compile_pattern(std::string_view pattern);

/// Anywhere in the text, unless the pattern is anchored.
bool finds(const re2::RE2& pattern, std::string_view text);

/// Whether it is a pattern of ECMA-262, also if it cannot be run.
bool is_ecma_pattern(std::string_view pattern);

} // namespace troupe::protocol::schema
