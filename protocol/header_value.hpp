// The text of `Mcp-Name` and `Mcp-Param-*` (2026-07-28, basic/transports/streamable-http, "Value Encoding"): a value
// that is no plain ASCII travels as `=?base64?…?=`. Such a header repeats what the body says, so that proxies can
// route by it, and a server that let the two differ would let a request pass a proxy as another one; hence every
// value has one decoding here or none. Flow: http_head keeps the field's bytes → decode → compare with the body.
#pragma once

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::protocol {

enum class header_value_problem : std::uint8_t {
  bad_byte,   ///< a literal holds something else than visible ASCII, SP and HTAB
  bad_base64, ///< between the markers stands no canonical, padded Base64
  bad_utf8,   ///< the decoded bytes are no text
};

/// The end of a sentence that starts with the name of the header, for the message of a -32020.
std::string_view describe(header_value_problem problem) noexcept;

[[noreturn]] void throw_exception_from_error(header_value_problem problem,
                                             const boost::source_location& where);

/// Whether `field` (without surrounding white space) is in the encoded form: starts with `=?base64?` and ends with
/// `?=`, in this case. Everything else is a literal, valid Base64 without the markers included.
bool is_encoded_header_value(std::string_view field) noexcept;

/// The value that `field` stands for, after SP and HTAB at both ends are dropped. A literal is a view into `field`
/// and nothing is allocated; a decoded value is kept in `buffer` and is a view into that.
boost::system::result<std::string_view, header_value_problem>
decode_header_value(std::string_view field, std::string& buffer);

/// What a client sends for `text` (UTF-8): itself where that is safe, else encoded. Decodes to `text` again.
std::string encode_header_value(std::string_view text);

} // namespace troupe::protocol
