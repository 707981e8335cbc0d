// One block of content of a tool's result or a prompt's message. A handler builds the newest form;
// the writer brings it down to what the client's revision can read, as a text block where there is
// nothing better.
#pragma once

#include "troupe/protocol/annotations.hpp"
#include "troupe/protocol/icon.hpp"
#include "troupe/protocol/json.hpp"
#include "troupe/protocol/resource_contents.hpp"
#include "troupe/protocol/revision.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace troupe::protocol {

struct text_block {
  std::string text;
};

/// Image or audio: Base64 with its media type.
struct media_block {
  enum class kind : std::uint8_t { image, audio };

  kind what = kind::image;
  std::string data;
  std::string mime_type;
};

/// A resource the client may read itself; before 2025-06-18 it is written as text.
struct resource_link {
  std::string uri;
  std::string name;
  std::string title;
  std::string description;
  std::string mime_type;
  /// Bytes, when known.
  std::optional<std::uint64_t> size;
  std::vector<icon> icons;
};

struct content {
  std::variant<text_block, media_block, resource_contents, resource_link> block;
  protocol::annotations notes;
  /// `_meta`; since 2025-06-18.
  json::object meta;

  static content text(std::string text);

  /// From raw bytes.
  static content image(std::string_view bytes, std::string mime_type);
  static content audio(std::string_view bytes, std::string mime_type);

  /// From Base64 that is already there; it is not checked.
  static content image_base64(std::string data, std::string mime_type);
  static content audio_base64(std::string data, std::string mime_type);

  static content resource(resource_contents contents);
  static content link(resource_link link);

  content with_annotations(protocol::annotations value) &&;
  content with_meta(json::object value) &&;

  void append_json(std::string& out, revision r) const;
};

/// The complete JSON array.
void append_json(std::string& out, const std::vector<content>& blocks, revision r);

} // namespace troupe::protocol
