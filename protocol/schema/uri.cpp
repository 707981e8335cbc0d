#include "troupe/protocol/schema/uri.hpp"

namespace troupe::protocol::schema {

namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_scheme(std::string_view text) {
  if (text.empty() || !is_letter(text[0]))
    return false;
  for (const char c : text)
    if (!is_letter(c) && !(c >= '0' && c <= '9') && c != '+' && c != '-' && c != '.')
      return false;
  return true;
}

// RFC 3986, section 5.2.4.
std::string without_dot_segments(std::string_view path) {
  std::string out;
  const auto drop_last = [&] {
    const auto slash = out.rfind('/');
    out.resize(slash == std::string::npos ? 0 : slash);
  };
  while (!path.empty()) {
    if (path.starts_with("../")) {
      path.remove_prefix(3);
    } else if (path.starts_with("./") || path.starts_with("/./")) {
      path.remove_prefix(2);
    } else if (path == "/.") {
      path = "/";
    } else if (path.starts_with("/../") || path == "/..") {
      path = path.size() == 3 ? std::string_view("/") : path.substr(3);
      drop_last();
    } else if (path == "." || path == "..") {
      path = {};
    } else {
      const auto end = path.find('/', 1);
      out += path.substr(0, end);
      path = end == std::string_view::npos ? std::string_view{} : path.substr(end);
    }
  }
  return out;
}

std::string merge(const uri_parts& base, std::string_view path) {
  if (base.authority && base.path.empty())
    return "/" + std::string(path);
  const auto slash = base.path.rfind('/');
  std::string merged(slash == std::string_view::npos ? "" : base.path.substr(0, slash + 1));
  return merged += path;
}

std::string join(const uri_parts& parts, std::string_view path) {
  std::string uri;
  if (parts.scheme)
    uri.append(*parts.scheme) += ':';
  if (parts.authority)
    uri.append("//").append(*parts.authority);
  uri += path;
  if (parts.query)
    (uri += '?').append(*parts.query);
  if (parts.fragment)
    (uri += '#').append(*parts.fragment);
  return uri;
}

} // namespace

uri_parts split_uri(std::string_view uri) {
  uri_parts parts;
  if (const auto hash = uri.find('#'); hash != std::string_view::npos) {
    parts.fragment = uri.substr(hash + 1);
    uri = uri.substr(0, hash);
  }
  if (const auto mark = uri.find('?'); mark != std::string_view::npos) {
    parts.query = uri.substr(mark + 1);
    uri = uri.substr(0, mark);
  }
  const auto colon = uri.find_first_of(":/");
  if (colon != std::string_view::npos && uri[colon] == ':' && is_scheme(uri.substr(0, colon))) {
    parts.scheme = uri.substr(0, colon);
    uri.remove_prefix(colon + 1);
  }
  if (uri.starts_with("//")) {
    const auto end = uri.find('/', 2);
    parts.authority = uri.substr(2, end == std::string_view::npos ? end : end - 2);
    uri = end == std::string_view::npos ? std::string_view{} : uri.substr(end);
  }
  parts.path = uri;
  return parts;
}

std::string resolve_uri(std::string_view base, std::string_view reference) {
  auto parts = split_uri(reference);
  if (parts.scheme)
    return join(parts, without_dot_segments(parts.path));
  const auto from = split_uri(base);
  parts.scheme = from.scheme;
  if (parts.authority)
    return join(parts, without_dot_segments(parts.path));
  parts.authority = from.authority;
  if (parts.path.empty()) {
    if (!parts.query)
      parts.query = from.query;
    return join(parts, from.path);
  }
  if (parts.path.front() == '/')
    return join(parts, without_dot_segments(parts.path));
  return join(parts, without_dot_segments(merge(from, parts.path)));
}

std::pair<std::string_view, std::string_view> cut_fragment(std::string_view uri) {
  const auto hash = uri.find('#');
  if (hash == std::string_view::npos)
    return {uri, {}};
  return {uri.substr(0, hash), uri.substr(hash + 1)};
}

} // namespace troupe::protocol::schema
