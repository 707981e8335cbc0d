// How resources present themselves: one with a fixed URI in resources/list, a family of them in
// resources/templates/list. Which template a URI belongs to is decided by uri_template.hpp.
#pragma once

#include "troupe/protocol/annotations.hpp"
#include "troupe/protocol/icon.hpp"
#include "troupe/protocol/inspection.hpp"
#include "troupe/protocol/json.hpp"
#include "troupe/protocol/result_context.hpp"
#include "troupe/protocol/revision.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace troupe::protocol {

struct resource {
  std::string uri;
  std::string name;
  std::string title;
  std::string description;
  std::string mime_type;
  /// Bytes, when known.
  std::optional<std::uint64_t> size;
  protocol::annotations notes;
  std::vector<icon> icons;
  json::object meta;
  /// How long modern clients may keep what was read; until set, what the configuration says.
  std::optional<cache_hints> cache;

  resource(std::string uri, std::string name);

  resource with_title(std::string text) &&;
  resource with_description(std::string text) &&;
  resource with_mime_type(std::string text) &&;
  resource with_size(std::uint64_t bytes) &&;
  resource with_annotations(protocol::annotations value) &&;
  resource with_icon(icon value) &&;
  resource with_meta(json::object value) &&;
  resource with_cache(cache_hints value) &&;

  void append_json(std::string& out, revision r) const;
};

struct resource_template {
  /// RFC 6570, as far as uri_template.hpp can match it.
  std::string uri_template;
  std::string name;
  std::string title;
  std::string description;
  std::string mime_type;
  protocol::annotations notes;
  std::vector<icon> icons;
  json::object meta;
  /// As in resource.
  std::optional<cache_hints> cache;

  resource_template(std::string uri_template, std::string name);

  resource_template with_title(std::string text) &&;
  resource_template with_description(std::string text) &&;
  resource_template with_mime_type(std::string text) &&;
  resource_template with_annotations(protocol::annotations value) &&;
  resource_template with_icon(icon value) &&;
  resource_template with_meta(json::object value) &&;
  resource_template with_cache(cache_hints value) &&;

  void append_json(std::string& out, revision r) const;
};

inspection inspect(const resource& subject);
inspection inspect(const resource_template& subject);

} // namespace troupe::protocol
