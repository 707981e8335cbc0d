// RFC 6570 backwards: does a URI come from this template, and with which values? Compiled once when a resource
// template is registered. Matching never backtracks: a value ends where the text or the operator behind its
// expression first appears (where that text ends the template: where the URI ends with it), and if the rest does not
// fit then, the URI does not match.
//
// Supported: {var} {+var} {#var} {.var} {/var} {;var} {?var} {&var}, the last five with several names. Refused when
// compiling, because a value could be cut in more than one way: explode (*) and prefix (:3), several names in {a,b},
// {+a,b} and {#a,b}, the same variable twice, and expressions next to each other unless the second has an operator
// of its own that cannot occur in the first.
#pragma once

#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::protocol {

struct uri_template_error {
  /// In bytes from the start of the template.
  std::size_t position = 0;
  std::string message;
};

[[noreturn]] void throw_exception_from_error(const uri_template_error& error,
                                             const boost::source_location& where);

/// In the template's order, percent-decoded. A variable that the URI leaves out (of a query) is not
/// in it.
using uri_variables = std::vector<std::pair<std::string, std::string>>;

class uri_template {
public:
  static constexpr std::size_t max_template_size = 2048;
  static constexpr std::size_t max_variables = 32;
  static constexpr std::size_t max_uri_size = 8192;

  static boost::system::result<uri_template, uri_template_error> compile(std::string_view text);

  const std::string& text() const noexcept { return text_; }

  /// Nothing when the URI does not match, is longer than max_uri_size, or a value is not valid
  /// percent-encoded UTF-8. {var} matches at least one unreserved or percent-encoded character;
  /// {+var} and {#var} also reserved ones.
  std::optional<uri_variables> match(std::string_view uri) const;

  /// RFC 6570 expansion with plain string values.
  std::string expand(const uri_variables& values) const;

  /// The variables' names in the template's order.
  std::vector<std::string_view> names() const;

private:
  friend class uri_template_compiler;

  struct part {
    /// 0: literal text; ' ': simple expansion; else the operator.
    char kind = 0;
    std::string literal;
    std::vector<std::string> names;
  };

  uri_template() = default;

  std::optional<std::size_t> expression_end(std::size_t index, std::size_t position,
                                            std::string_view uri) const;

  std::string text_;
  std::vector<part> parts_;
};

} // namespace troupe::protocol
