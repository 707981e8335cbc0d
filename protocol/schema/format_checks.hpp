// The questions behind the names of format.hpp. Each takes all of a text.
#pragma once

#include <string_view>

namespace troupe::protocol::schema {

// format_time.cpp: RFC 3339 (5.6 and appendix A)
bool is_date_time(std::string_view text);
bool is_date(std::string_view text);
bool is_time(std::string_view text);
bool is_duration(std::string_view text);

// format_host.cpp: RFC 1123, 2673, 4291, 5321, 6531
bool is_hostname(std::string_view text);
bool is_ipv4(std::string_view text);
bool is_ipv6(std::string_view text);
bool is_email(std::string_view text);
bool is_idn_email(std::string_view text);

// format_idn.cpp: RFC 5890 to 5892. Not checked: that characters are stable under NFKC and case
// folding, and the Bidi rule; the virama and joining types are those of common scripts.
bool is_idn_hostname(std::string_view text);

// format_uri.cpp: RFC 3986, 3987, 6570
bool is_uri(std::string_view text);
bool is_uri_reference(std::string_view text);
bool is_iri(std::string_view text);
bool is_iri_reference(std::string_view text);
bool is_uri_template(std::string_view text);

// format.cpp: RFC 4122, 6901
bool is_uuid(std::string_view text);
bool is_json_pointer(std::string_view text);
bool is_relative_json_pointer(std::string_view text);

} // namespace troupe::protocol::schema
