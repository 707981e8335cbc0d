#include "troupe/protocol/initialize.hpp"

#include "troupe/protocol/json_writer.hpp"
#include "troupe/protocol/shape.hpp"
#include "troupe/protocol/utf8.hpp"

#include <utility>

namespace troupe::protocol {

namespace {

std::string cut(std::string_view text) {
  return std::string(utf8_prefix(text, client_info::max_text_size));
}

} // namespace

rpc_result<client_info> parse_client_info(const json::value& value, std::string_view path) {
  const auto* object = value.if_object();
  if (object == nullptr)
    return make_shape_error(path, "", "an object");
  const auto name = required_string(*object, path, "name");
  if (!name)
    return name.error();
  const auto version = required_string(*object, path, "version");
  if (!version)
    return version.error();
  const auto title = optional_string(*object, path, "title");
  if (!title)
    return title.error();
  return client_info{cut(*name), cut(*version), cut(*title)};
}

rpc_result<initialize_params> parse_initialize(const json::object* params) {
  if (params == nullptr)
    return make_shape_error("params", "", "an object, but it is missing");
  const auto version = required_string(*params, "params", "protocolVersion");
  if (!version)
    return version.error();
  const auto declared = required_object(*params, "params", "capabilities");
  if (!declared)
    return declared.error();
  auto capabilities = parse_client_capabilities(params->at("capabilities"), "params.capabilities");
  if (!capabilities)
    return std::move(capabilities).error();
  const auto who = required_object(*params, "params", "clientInfo");
  if (!who)
    return who.error();
  auto info = parse_client_info(params->at("clientInfo"), "params.clientInfo");
  if (!info)
    return std::move(info).error();
  return initialize_params{std::string(*version), *capabilities, *std::move(info)};
}

void append_json(std::string& out, const implementation& info, revision r) {
  object_writer writer(out);
  writer.member("name", info.name);
  writer.member("version", info.version);
  if (has_titles(r))
    writer.member_unless_empty("title", info.title);
  if (has_implementation_details(r)) {
    writer.member_unless_empty("description", info.description);
    writer.member_unless_empty("websiteUrl", info.website_url);
    if (!info.icons.empty())
      append_json(writer.key("icons"), info.icons);
  }
  writer.close();
}

void append_initialize_result(std::string& out, revision negotiated,
                              const server_capabilities& capabilities, const implementation& info,
                              std::string_view instructions) {
  object_writer writer(out);
  writer.member("protocolVersion", to_string(negotiated));
  append_json(writer.key("capabilities"), capabilities, negotiated);
  append_json(writer.key("serverInfo"), info, negotiated);
  writer.member_unless_empty("instructions", instructions);
  writer.close();
}

} // namespace troupe::protocol
