#include "troupe/protocol/file_uri.hpp"

#include "troupe/protocol/percent.hpp"
#include "troupe/protocol/utf8.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>

namespace troupe::protocol {

namespace {

constexpr std::string_view scheme = "file://";

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equal_ignoring_case(std::string_view lhs, std::string_view rhs) {
  return std::equal(lhs.begin(), lhs.end(), rhs.begin(), rhs.end(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

bool is_forbidden(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F || c == '\\';
}

// The path of the URI, still encoded.
boost::system::result<std::string_view, file_uri_error> path_part(std::string_view uri) {
  if (!equal_ignoring_case(uri.substr(0, scheme.size()), scheme))
    return file_uri_error::not_a_file_uri;
  uri.remove_prefix(scheme.size());
  const auto slash = uri.find('/');
  if (slash == std::string_view::npos)
    return file_uri_error::not_a_file_uri;
  const auto host = uri.substr(0, slash);
  if (!host.empty() && !equal_ignoring_case(host, "localhost"))
    return file_uri_error::foreign_host;
  return uri.substr(slash);
}

// Decodes once; what is still encoded afterwards is part of a file's name.
boost::system::result<std::string, file_uri_error> decode(std::string_view encoded) {
  std::string path;
  path.reserve(encoded.size());
  while (!encoded.empty()) {
    char c = encoded[0];
    if (c == '?' || c == '#')
      return file_uri_error::has_query;
    std::size_t used = 1;
    if (c == '%') {
      const auto byte = percent_byte(encoded);
      if (!byte)
        return file_uri_error::bad_encoding;
      if (*byte == '/')
        return file_uri_error::encoded_slash;
      c = *byte;
      used = 3;
    }
    if (is_forbidden(c))
      return file_uri_error::forbidden_byte;
    path += c;
    encoded.remove_prefix(used);
  }
  if (!is_utf8(path))
    return file_uri_error::bad_encoding;
  return path;
}

// `path` starts with a slash and ends without one.
std::optional<file_uri_error> check_segments(std::string_view path) {
  while (!path.empty()) {
    path.remove_prefix(1);
    const auto segment = path.substr(0, path.find('/'));
    if (segment.empty())
      return file_uri_error::empty_segment;
    if (segment == "." || segment == "..")
      return file_uri_error::dot_segment;
    path.remove_prefix(segment.size());
  }
  return std::nullopt;
}

} // namespace

std::string_view to_string(file_uri_error error) noexcept {
  switch (error) {
  case file_uri_error::not_a_file_uri:
    return "not a file URI: expected file:///path";
  case file_uri_error::foreign_host:
    return "a file URI with the name of another host";
  case file_uri_error::has_query:
    return "a file URI with a query or a fragment: encode '?' as %3F and '#' as %23";
  case file_uri_error::bad_encoding:
    return "a file URI with invalid percent-encoding or a path that is not UTF-8";
  case file_uri_error::forbidden_byte:
    return "a file URI with a control character or a backslash";
  case file_uri_error::encoded_slash:
    return "a file URI with an encoded slash";
  case file_uri_error::dot_segment:
    return "a file URI with a '.' or '..' segment";
  case file_uri_error::empty_segment:
    return "a file URI with an empty segment";
  case file_uri_error::too_long:
    return "a file URI that is too long";
  case file_uri_error::outside:
    return "a file URI outside of the directory that is served";
  }
  return "a file URI that cannot be used";
}

void throw_exception_from_error(const file_uri_error& error, const boost::source_location&) {
  throw std::runtime_error(std::string(to_string(error)));
}

boost::system::result<std::string, file_uri_error> path_from_file_uri(std::string_view uri) {
  // Every byte may be encoded as three.
  if (uri.size() > max_file_path_size * 3)
    return file_uri_error::too_long;
  const auto encoded = path_part(uri);
  if (!encoded)
    return encoded.error();
  auto path = decode(*encoded);
  if (!path)
    return path.error();
  if (path->size() > max_file_path_size)
    return file_uri_error::too_long;
  if (*path == "/")
    return path;
  if (path->ends_with('/'))
    path->pop_back();
  if (const auto problem = check_segments(*path))
    return *problem;
  return path;
}

boost::system::result<std::string, file_uri_error> path_below(std::string_view root,
                                                              std::string_view uri) {
  auto path = path_from_file_uri(uri);
  if (!path)
    return path.error();
  while (root.ends_with('/'))
    root.remove_suffix(1);
  if (!path->starts_with(root))
    return file_uri_error::outside;
  path->erase(0, root.size());
  if (path->empty())
    return path;
  if (path->front() != '/')
    return file_uri_error::outside;
  path->erase(0, 1);
  return path;
}

std::string file_uri_from_path(std::string_view path) {
  std::string uri(scheme);
  for (const char c : path) {
    if (is_unreserved(c) || c == '/')
      uri += c;
    else
      append_percent(uri, c);
  }
  return uri;
}

} // namespace troupe::protocol
