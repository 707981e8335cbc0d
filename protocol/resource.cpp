#include "troupe/protocol/resource.hpp"

#include "troupe/protocol/common_members.hpp"
#include "troupe/protocol/uri_template.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace troupe::protocol {

namespace {

// RFC 3986: a scheme, a colon, and only characters that a URI may have.
bool is_absolute_uri(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto is_scheme = [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  };
  const auto is_visible = [](char c) { return c > 0x20 && c < 0x7F; };
  const auto scheme = text.substr(0, text.find(':'));
  return scheme.size() < text.size() && !scheme.empty() && is_letter(scheme.front()) &&
         std::all_of(scheme.begin(), scheme.end(), is_scheme) &&
         std::all_of(text.begin(), text.end(), is_visible);
}

// What a resource and a template have in common once their URI is written.
template<class Described>
void append_description(object_writer& writer, const Described& subject, revision r) {
  writer.member("name", subject.name);
  append_title(writer, subject.title, r);
  writer.member_unless_empty("description", subject.description);
  append_icons(writer, subject.icons, r);
  writer.member_unless_empty("mimeType", subject.mime_type);
  append_annotations(writer, subject.notes, r);
  append_meta(writer, subject.meta, r);
}

template<class Described>
void inspect_description(const Described& subject, inspection& found) {
  if (subject.name.empty())
    found.errors.emplace_back("name: must not be empty");
}

} // namespace

resource::resource(std::string its_uri, std::string its_name)
    : uri(std::move(its_uri)), name(std::move(its_name)) {}

resource resource::with_title(std::string text) && {
  title = std::move(text);
  return std::move(*this);
}

resource resource::with_description(std::string text) && {
  description = std::move(text);
  return std::move(*this);
}

resource resource::with_mime_type(std::string text) && {
  mime_type = std::move(text);
  return std::move(*this);
}

resource resource::with_size(std::uint64_t bytes) && {
  size = bytes;
  return std::move(*this);
}

resource resource::with_annotations(protocol::annotations value) && {
  notes = std::move(value);
  return std::move(*this);
}

resource resource::with_icon(icon value) && {
  icons.push_back(std::move(value));
  return std::move(*this);
}

resource resource::with_meta(json::object value) && {
  meta = std::move(value);
  return std::move(*this);
}

resource resource::with_cache(cache_hints value) && {
  cache = value;
  return std::move(*this);
}

void resource::append_json(std::string& out, revision r) const {
  object_writer writer(out);
  writer.member("uri", uri);
  append_description(writer, *this, r);
  if (size)
    writer.member("size", *size);
  writer.close();
}

resource_template::resource_template(std::string its_template, std::string its_name)
    : uri_template(std::move(its_template)), name(std::move(its_name)) {}

resource_template resource_template::with_title(std::string text) && {
  title = std::move(text);
  return std::move(*this);
}

resource_template resource_template::with_description(std::string text) && {
  description = std::move(text);
  return std::move(*this);
}

resource_template resource_template::with_mime_type(std::string text) && {
  mime_type = std::move(text);
  return std::move(*this);
}

resource_template resource_template::with_annotations(protocol::annotations value) && {
  notes = std::move(value);
  return std::move(*this);
}

resource_template resource_template::with_icon(icon value) && {
  icons.push_back(std::move(value));
  return std::move(*this);
}

resource_template resource_template::with_meta(json::object value) && {
  meta = std::move(value);
  return std::move(*this);
}

resource_template resource_template::with_cache(cache_hints value) && {
  cache = value;
  return std::move(*this);
}

void resource_template::append_json(std::string& out, revision r) const {
  object_writer writer(out);
  writer.member("uriTemplate", uri_template);
  append_description(writer, *this, r);
  writer.close();
}

inspection inspect(const resource& subject) {
  inspection found;
  if (!is_absolute_uri(subject.uri))
    found.errors.push_back(
        "uri \"" + subject.uri +
        "\": must be absolute, as in test://name, with other characters percent-encoded");
  if (subject.mime_type.empty())
    found.advice.emplace_back("mime type: without one a client must guess what it gets");
  inspect_description(subject, found);
  return found;
}

inspection inspect(const resource_template& subject) {
  inspection found;
  const auto compiled = protocol::uri_template::compile(subject.uri_template);
  if (!compiled)
    found.errors.push_back("uri template \"" + subject.uri_template + "\", byte " +
                           std::to_string(compiled.error().position) + ": " +
                           compiled.error().message);
  inspect_description(subject, found);
  return found;
}

} // namespace troupe::protocol
