#include "tests/protocol/examples/examples.hpp"

#include "troupe/protocol/capabilities.hpp"
#include "troupe/protocol/document.hpp"
#include "troupe/protocol/encode.hpp"
#include "troupe/protocol/log_level.hpp"
#include "troupe/protocol/progress.hpp"
#include "troupe/protocol/rpc_error.hpp"
#include "troupe/protocol/subscription.hpp"
#include "troupe/protocol/task.hpp"

namespace troupe::protocol::examples {

namespace {

using writer_function = std::function<void(std::string&)>;

constexpr auto newest = revision::r2026_07_28;

// Notifications that a request gets on its own stream.
writer_function notification_of(std::string_view method, const writer_function& write) {
  return [=](std::string& out) {
    std::string params;
    write(params);
    append_notification(out, method, params);
  };
}

table stream_rows() {
  const auto progress = [](std::string& out) {
    append_progress_params(out, progress_token("oivaizmir"), 50, 100, "Reticulating splines...",
                           newest);
  };
  const auto log = [](std::string& out) {
    append_log_params(out, log_level::error, "database", parse(R"({"error":"Connection failed",
                        "details":{"host":"localhost","port":5432}})"));
  };
  return {
      sent("ProgressNotification/progress-message.json",
           notification_of("notifications/progress", progress)),
      sent("ProgressNotificationParams/progress-message.json", progress),
      sent("LoggingMessageNotification/log-database-connection-failed.json",
           notification_of("notifications/message", log)),
      sent("LoggingMessageNotificationParams/log-database-connection-failed.json", log),
  };
}

writer_function tagged(std::string_view method, std::string_view members = {}) {
  return [=](std::string& out) {
    const auto text = make_tagged_notification(method, members);
    out += text.before;
    request_id("listen-1").append_json(out);
    out += text.after;
  };
}

table subscription_rows() {
  subscription_filter honoured;
  honoured.tools = true;
  honoured.names_resources = true;
  honoured.uris = {"file:///project/config.json"};
  const auto updated =
      tagged("notifications/resources/updated", R"("uri":"file:///project/src/main.rs")");
  return {
      sent(
          "SubscriptionsAcknowledgedNotification/listen-acknowledged.json",
          [=](std::string& out) { append_acknowledgement(out, request_id("listen-1"), honoured); }),
      sent("PromptListChangedNotification/prompts-list-changed.json",
           tagged("notifications/prompts/list_changed")),
      sent("ResourceListChangedNotification/resources-list-changed.json",
           tagged("notifications/resources/list_changed")),
      sent("ToolListChangedNotification/tools-list-changed.json",
           tagged("notifications/tools/list_changed")),
      sent("ResourceUpdatedNotification/file-resource-updated-notification.json", updated),
      sent("ResourceUpdatedNotificationParams/file-resource-updated.json",
           [=](std::string& out) {
             std::string whole;
             updated(whole);
             auto params = parse(whole).at("params").as_object();
             params.erase("_meta"); // the tag, which the example is without
             append_json(out, params);
           }),
  };
}

writer_function error(const rpc_error& what) {
  return [=](std::string& out) { append_error(out, request_id(std::int64_t{1}), what); };
}

// The error object alone.
writer_function bare(const rpc_error& what) {
  return [=](std::string& out) {
    std::string whole;
    error(what)(whole);
    append_json(out, parse(whole).at("error"));
  };
}

// The words of an error are free.
std::function<void(json::value&)> in_our_words(const rpc_error& ours) {
  return [=](json::value& example) {
    auto& object = example.as_object();
    auto& error = object.contains("error") ? object["error"].as_object() : object;
    error["message"] = ours.message;
  };
}

rpc_error not_json() {
  return document::parse("{").error().error;
}

table error_rows() {
  const auto missing = make_missing_client_capability({{"elicitation", json::object()}});
  const auto version = make_unsupported_protocol_version("1900-01-01");
  const auto internal = make_internal_error("i-1");
  const auto method = make_method_not_found("prompts/list");
  const auto parse_error = not_json();
  // Its data says which incident of the log it was, or differs; the rest is the example's.
  const auto with_data_of = [](const rpc_error& ours) {
    return [ours, words = in_our_words(ours)](json::value& example) {
      words(example);
      auto& object = example.as_object();
      auto& error = object.contains("error") ? object["error"].as_object() : object;
      error.erase("data");
      if (!ours.data.is_null())
        error["data"] = ours.data;
    };
  };
  return {
      sent("HeaderMismatchError/header-mismatch.json",
           error(make_header_mismatch("Header mismatch: Mcp-Name header value 'foo' does not match "
                                      "body value 'bar'"))),
      sent("InternalError/unexpected-error.json", bare(internal), with_data_of(internal)),
      sent("InvalidParamsError/invalid-cursor.json", bare(make_invalid_params("Invalid cursor"))),
      sent("InvalidParamsError/invalid-tool-arguments.json",
           bare(make_invalid_params("Invalid arguments for tool calculate: Missing required "
                                    "property 'expression'"))),
      sent("InvalidParamsError/unknown-prompt.json",
           bare(make_invalid_params("Unknown prompt: invalid_prompt_name"))),
      sent("InvalidParamsError/unknown-tool.json",
           bare(make_invalid_params("Unknown tool: invalid_tool_name"))),
      sent("MethodNotFoundError/prompts-not-supported.json", bare(method), with_data_of(method)),
      sent("MissingRequiredClientCapabilityError/missing-elicitation-capability.json",
           error(missing), in_our_words(missing)),
      sent("ParseError/invalid-json.json", bare(parse_error), with_data_of(parse_error)),
      sent("UnsupportedProtocolVersionError/unsupported-version.json", error(version),
           [=](json::value& example) { // sessions have their own negotiation, so they are not named
             in_our_words(version)(example);
             example.at("error").at("data").as_object()["supported"] = json::array{"2026-07-28"};
           }),
  };
}

row capability(std::string file, const std::function<void(server_capabilities&)>& set) {
  return sent("ServerCapabilities/" + std::move(file), [=](std::string& out) {
    server_capabilities capabilities;
    set(capabilities);
    append_json(out, capabilities, newest);
  });
}

table capability_rows() {
  return {
      capability("completions-minimum-baseline-support.json",
                 [](auto& each) { each.completions = true; }),
      capability("extensions-tasks.json",
                 [](auto& each) { each.extensions[tasks_extension_name].emplace_object(); }),
      capability("logging-minimum-baseline-support.json", [](auto& each) { each.logging = true; }),
      capability("prompts-list-changed-notifications.json",
                 [](auto& each) { each.prompts = each.prompts_list_changed = true; }),
      capability("prompts-minimum-baseline-support.json", [](auto& each) { each.prompts = true; }),
      capability("resources-all-notifications.json",
                 [](auto& each) {
                   each.resources = each.resources_list_changed = each.resources_subscribe = true;
                 }),
      capability("resources-list-changed-notifications-only.json",
                 [](auto& each) { each.resources = each.resources_list_changed = true; }),
      capability("resources-minimum-baseline-support.json",
                 [](auto& each) { each.resources = true; }),
      capability("resources-subscription-to-individual-resource-updates-only.json",
                 [](auto& each) { each.resources = each.resources_subscribe = true; }),
      capability("tools-list-changed-notifications.json",
                 [](auto& each) { each.tools = each.tools_list_changed = true; }),
      capability("tools-minimum-baseline-support.json", [](auto& each) { each.tools = true; }),
  };
}

} // namespace

table notices() {
  table rows;
  for (const auto& part : {stream_rows(), subscription_rows(), error_rows(), capability_rows()})
    rows.insert(rows.end(), part.begin(), part.end());
  return rows;
}

} // namespace troupe::protocol::examples
