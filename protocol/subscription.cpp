#include "troupe/protocol/subscription.hpp"

#include "troupe/protocol/common_members.hpp"
#include "troupe/protocol/encode.hpp"
#include "troupe/protocol/member.hpp"
#include "troupe/protocol/request_meta.hpp"
#include "troupe/protocol/shape.hpp"

#include <unordered_set>
#include <utility>

namespace troupe::protocol {

namespace {

constexpr std::string_view path = "params.notifications";

/// Each text once, however often it is named: one change is told once. Nothing if absent; false in
/// `present` then.
rpc_result<std::vector<std::string>> texts_in(const json::object& filter, std::string_view name,
                                              std::size_t max_entries, bool& present) {
  std::vector<std::string> result;
  const auto* value = find_member(filter, name);
  present = value != nullptr;
  if (!present)
    return result;
  const auto* list = value->if_array();
  if (list == nullptr)
    return make_shape_error(path, name, "an array of strings");
  if (list->size() > max_entries)
    return make_shape_error(path, name,
                            "at most " + std::to_string(max_entries) +
                                " entries; open several subscriptions instead");
  std::unordered_set<std::string_view> known;
  for (const auto& each : *list) {
    const auto* text = each.if_string();
    if (text == nullptr)
      return make_shape_error(path, name, "an array of strings");
    if (known.insert(*text).second)
      result.emplace_back(*text);
  }
  return result;
}

void append_texts(object_writer& writer, std::string_view name,
                  const std::vector<std::string>& texts) {
  array_writer list(writer.key(name));
  for (const auto& each : texts)
    list.element(each);
  list.close();
}

void append_tag(object_writer& writer, const request_id& subscription) {
  object_writer meta(writer.key("_meta"));
  subscription.append_json(meta.key(meta_key::subscription_id));
  meta.close();
}

} // namespace

rpc_result<subscription_filter> parse_subscription_filter(const json::object& params,
                                                          std::size_t max_entries) {
  const auto filter = required_object(params, "params", "notifications");
  if (!filter)
    return filter.error();
  subscription_filter result;
  const std::pair<std::string_view, bool*> flags[] = {{"toolsListChanged", &result.tools},
                                                      {"promptsListChanged", &result.prompts},
                                                      {"resourcesListChanged", &result.resources}};
  for (const auto& [name, flag] : flags) {
    const auto value = optional_bool(**filter, path, name);
    if (!value)
      return value.error();
    *flag = *value;
  }
  auto uris = texts_in(**filter, "resourceSubscriptions", max_entries, result.names_resources);
  if (!uris)
    return std::move(uris).error();
  result.uris = *std::move(uris);
  auto tasks = texts_in(**filter, "taskIds", max_entries - result.uris.size(), result.names_tasks);
  if (!tasks)
    return std::move(tasks).error();
  result.task_ids = *std::move(tasks);
  return result;
}

void append_acknowledgement(std::string& out, const request_id& subscription,
                            const subscription_filter& honoured) {
  std::string params;
  object_writer writer(params);
  append_tag(writer, subscription);
  object_writer filter(writer.key("notifications"));
  if (honoured.tools)
    filter.member("toolsListChanged", true);
  if (honoured.prompts)
    filter.member("promptsListChanged", true);
  if (honoured.resources)
    filter.member("resourcesListChanged", true);
  if (honoured.names_resources)
    append_texts(filter, "resourceSubscriptions", honoured.uris);
  if (honoured.names_tasks)
    append_texts(filter, "taskIds", honoured.task_ids);
  filter.close();
  writer.close();
  append_notification(out, "notifications/subscriptions/acknowledged", std::string_view{params});
}

tagged_notification make_tagged_notification(std::string_view method, std::string_view members) {
  tagged_notification result;
  result.before = R"({"jsonrpc":"2.0","method":)";
  append_string(result.before, method);
  result.before += R"(,"params":{"_meta":{")";
  result.before += meta_key::subscription_id;
  result.before += R"(":)";
  result.after = "}";
  if (!members.empty()) {
    result.after += ',';
    result.after += members;
  }
  result.after += "}}";
  return result;
}

void append_subscription_end(std::string& out, const request_id& subscription,
                             const result_context& to) {
  open_result(out, subscription);
  object_writer writer(out);
  json::object tag;
  tag.emplace(meta_key::subscription_id, subscription.to_value());
  append_result_members(writer, tag, to);
  writer.close();
  close_result(out);
}

} // namespace troupe::protocol
