#include "troupe/protocol/capabilities.hpp"

#include "troupe/protocol/json_writer.hpp"
#include "troupe/protocol/member.hpp"
#include "troupe/protocol/shape.hpp"

#include <optional>

namespace troupe::protocol {

namespace {

// Reads nested capabilities; the first wrong shape wins. The path is put together only where it is told.
class capability_reader {
public:
  explicit capability_reader(std::string_view path) : path_(path) {}

  /// The object of a declared capability, null when it is not declared.
  const json::object* find(const json::object& parent, std::string_view name) {
    const auto* value = find_member(parent, name);
    if (value == nullptr)
      return nullptr;
    const auto* found = value->if_object();
    if (found == nullptr)
      refuse(name, "an object");
    return found;
  }

  bool flag(const json::object& parent, std::string_view name) {
    const auto* value = find_member(parent, name);
    if (value == nullptr)
      return false;
    const auto* found = value->if_bool();
    if (found == nullptr)
      refuse(name, "true or false");
    return found != nullptr && *found;
  }

  void enter(std::string_view name) { inside_ = name; }
  void leave() { inside_ = {}; }

  std::optional<rpc_error>& error() { return error_; }

private:
  void refuse(std::string_view name, std::string_view expected) {
    if (error_)
      return;
    std::string path(path_);
    if (!inside_.empty()) {
      path += '.';
      path += inside_;
    }
    error_ = make_shape_error(path, name, expected);
  }

  std::string_view path_;
  std::string_view inside_; // the capability whose parts are read
  std::optional<rpc_error> error_;
};

void read_sampling(capability_reader& reader, const json::object& root, client_capabilities& into) {
  const auto* sampling = reader.find(root, "sampling");
  if (sampling == nullptr)
    return;
  reader.enter("sampling");
  into.sampling = true;
  into.sampling_tools = reader.find(*sampling, "tools") != nullptr;
  into.sampling_context = reader.find(*sampling, "context") != nullptr;
  reader.leave();
}

void read_roots(capability_reader& reader, const json::object& root, client_capabilities& into) {
  const auto* roots = reader.find(root, "roots");
  if (roots == nullptr)
    return;
  reader.enter("roots");
  into.roots = true;
  into.roots_list_changed = reader.flag(*roots, "listChanged");
  reader.leave();
}

void read_elicitation(capability_reader& reader, const json::object& root,
                      client_capabilities& into) {
  const auto* elicitation = reader.find(root, "elicitation");
  if (elicitation == nullptr)
    return;
  reader.enter("elicitation");
  into.elicitation_url = reader.find(*elicitation, "url") != nullptr;
  into.elicitation_form = reader.find(*elicitation, "form") != nullptr || !into.elicitation_url;
  reader.leave();
}

void read_extensions(capability_reader& reader, const json::object& root,
                     client_capabilities& into) {
  const auto* extensions = reader.find(root, "extensions");
  if (extensions == nullptr)
    return;
  reader.enter("extensions");
  into.tasks_extension = reader.find(*extensions, "io.modelcontextprotocol/tasks") != nullptr;
  reader.leave();
}

void append_list_capability(object_writer& writer, std::string_view name, bool list_changed) {
  writer.raw(name, list_changed ? R"({"listChanged":true})" : "{}");
}

void append_resources(object_writer& writer, const server_capabilities& capabilities) {
  object_writer resources(writer.key("resources"));
  if (capabilities.resources_subscribe)
    resources.member("subscribe", true);
  if (capabilities.resources_list_changed)
    resources.member("listChanged", true);
  resources.close();
}

} // namespace

rpc_result<client_capabilities> parse_client_capabilities(const json::value& value,
                                                          std::string_view path) {
  const auto* root = value.if_object();
  if (root == nullptr)
    return make_shape_error(path, "", "an object");
  client_capabilities result;
  capability_reader reader(path);
  read_sampling(reader, *root, result);
  read_roots(reader, *root, result);
  read_elicitation(reader, *root, result);
  read_extensions(reader, *root, result);
  if (reader.error())
    return std::move(*reader.error());
  return result;
}

void append_json(std::string& out, const server_capabilities& capabilities, revision r) {
  object_writer writer(out);
  if (capabilities.tools)
    append_list_capability(writer, "tools", capabilities.tools_list_changed);
  if (capabilities.resources)
    append_resources(writer, capabilities);
  if (capabilities.prompts)
    append_list_capability(writer, "prompts", capabilities.prompts_list_changed);
  if (capabilities.logging)
    writer.raw("logging", "{}");
  if (capabilities.completions && has_completions_capability(r))
    writer.raw("completions", "{}");
  writer.member_unless_empty("experimental", capabilities.experimental);
  if (is_modern(r))
    writer.member_unless_empty("extensions", capabilities.extensions);
  writer.close();
}

} // namespace troupe::protocol
