#include "troupe/protocol/node_description.hpp"

#include "troupe/protocol/byte_fields.hpp"

#include <algorithm>

namespace troupe::protocol {

namespace {

bool is_printable(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 127; });
}

} // namespace

std::string encode(const node_description& node) {
  std::string bytes;
  append_u32(bytes, node.number);
  append_field(bytes, node.name);
  append_field(bytes, node.host);
  append_u32(bytes, node.port);
  return bytes;
}

std::optional<node_description> decode_node_description(std::string_view bytes) {
  field_reader reader{bytes};
  const auto number = reader.u32();
  const auto name = number ? reader.field() : std::nullopt;
  const auto host = name ? reader.field() : std::nullopt;
  const auto port = host ? reader.u32() : std::nullopt;
  if (!port || !reader.rest().empty() || *port == 0 || *port > 65535 || name->empty() ||
      name->size() > node_description::max_name_size ||
      host->size() > node_description::max_host_size || !is_printable(*name) ||
      !is_printable(*host))
    return std::nullopt;
  return node_description{*number, std::string{*name}, std::string{*host},
                          static_cast<std::uint16_t>(*port)};
}

} // namespace troupe::protocol
