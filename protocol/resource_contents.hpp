// What a resource holds: text, or bytes as Base64; as the result of resources/read and embedded in
// other results.
#pragma once

#include "troupe/protocol/json.hpp"
#include "troupe/protocol/result_context.hpp"
#include "troupe/protocol/revision.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace troupe::protocol {

struct resource_contents {
  std::string uri;
  std::string mime_type;
  /// Text, or Base64 when `is_blob`.
  std::string data;
  bool is_blob = false;
  /// `_meta`; since 2025-06-18.
  json::object meta;

  static resource_contents text(std::string uri, std::string text,
                                std::string mime_type = "text/plain");
  static resource_contents bytes(std::string uri, std::string_view bytes,
                                 std::string mime_type = "application/octet-stream");

  void append_json(std::string& out, revision r) const;
};

/// The result of resources/read.
struct read_result {
  /// At least one: an unknown resource is an error (make_resource_not_found), not an empty list.
  std::vector<resource_contents> contents;
  json::object meta;

  read_result() = default;
  read_result(resource_contents one);

  void append_json(std::string& out, const result_context& to) const;
};

} // namespace troupe::protocol
