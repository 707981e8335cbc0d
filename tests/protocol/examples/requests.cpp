#include "tests/protocol/examples/examples.hpp"

#include "troupe/protocol/document.hpp"
#include "troupe/protocol/json_rpc.hpp"
#include "troupe/protocol/modern_request.hpp"
#include "troupe/protocol/progress.hpp"
#include "troupe/protocol/subscription.hpp"

namespace troupe::protocol::examples {

namespace {

// Passes the whole ladder of checks with the headers a client would send; the parameters arrive unchanged.
std::string passes(const std::string& text, const json::object& example,
                   std::optional<std::string_view> name) {
  const auto parsed = document::parse(text);
  if (!parsed)
    return "it is refused: " + parsed.error().error.message;
  const std::string_view method = example.at("method").as_string();
  if (find_era(**parsed, std::nullopt) != era::modern)
    return "it is taken for a legacy message";
  const mirrored_headers headers{"2026-07-28", method, name};
  const auto outcome = check_modern_request(**parsed, &headers);
  if (const auto* refusal = std::get_if<modern_refusal>(&outcome))
    return "it is refused: " + refusal->error.message;
  const auto* request = std::get_if<modern_request>(&outcome);
  if (request == nullptr)
    return "it is taken for a notification";
  if (request->method != method_from(method) || to_string(request->method) != method)
    return "its method is read as " + std::string(to_string(request->method));
  if (request->id != request_id::from(example.at("id")))
    return "its id is read as " + request->id.to_json();
  if (request->meta.client_name != "ExampleClient" || request->meta.client_version != "1.0.0")
    return "its client is not read";
  return difference(*request->params, example.at("params"));
}

row request(std::string file, std::optional<std::string_view> name = std::nullopt) {
  return {std::move(file), [name](const std::string& text, const json::value& example) {
            return passes(text, example.as_object(), name);
          }};
}

// The parameters alone, made a request.
row params(std::string file, std::string_view method,
           std::optional<std::string_view> name = std::nullopt) {
  return {std::move(file), [method, name](const std::string&, const json::value& example) {
            const json::object whole{
                {"jsonrpc", "2.0"}, {"id", 1}, {"method", method}, {"params", example}};
            return passes(json::serialize(whole), whole, name);
          }};
}

// Cancellation is a closed stream here; the notification is taken and does nothing.
std::string is_cancellation(const json::object& params) {
  const json::object whole{
      {"jsonrpc", "2.0"}, {"method", "notifications/cancelled"}, {"params", params}};
  const auto parsed = document::parse(json::serialize(whole)).value();
  const auto message = classify(parsed->root());
  const auto* notice = std::get_if<notification>(&message);
  if (notice == nullptr || method_from(notice->method) != method::notifications_cancelled)
    return "it is no notification";
  if (!std::holds_alternative<modern_notice>(check_modern_request(*parsed, nullptr)))
    return "it is refused";
  return unless(request_id::from(notice->params->at("requestId")) == request_id("123"),
                "the request's id is not read");
}

std::string asks_for_changes(const json::value& example) {
  const auto filter = parse_subscription_filter(example.at("params").as_object(), 10);
  return unless(filter && filter->tools && !filter->prompts && !filter->resources &&
                    filter->uris == std::vector<std::string>{"file:///project/config.json"},
                "the filter is not read");
}

// Passes as a request, and more is read from it.
row with(row first, std::function<std::string(const json::value&)> more) {
  auto check = [first, more](const std::string& text, const json::value& example) {
    auto problem = first.check(text, example);
    return problem.empty() ? more(example) : problem;
  };
  return {first.file, std::move(check)};
}

std::string has_progress_token(const json::value& example) {
  return unless(progress_token_of(&example.as_object()) == request_id("oivaizmir"),
                "the progress token is not read");
}

} // namespace

table requests() {
  return {
      request("CallToolRequest/call-tool-request.json", "get_weather"),
      params("CallToolRequestParams/get-weather-tool-call-params.json", "tools/call",
             "get_weather"),
      with(params("CallToolRequestParams/tool-call-params-with-progress-token.json", "tools/call",
                  "build_simulation"),
           has_progress_token),
      received("CancelledNotification/user-requested-cancellation.json",
               [](const json::value& example) {
                 return is_cancellation(example.at("params").as_object());
               }),
      received("CancelledNotificationParams/user-requested-cancellation.json",
               [](const json::value& example) { return is_cancellation(example.as_object()); }),
      request("CompleteRequest/completion-request.json"),
      params("CompleteRequestParams/prompt-argument-completion-with-context.json",
             "completion/complete"),
      params("CompleteRequestParams/prompt-argument-completion.json", "completion/complete"),
      request("DiscoverRequest/server-discover-request.json"),
      request("GetPromptRequest/get-prompt-request.json", "code_review"),
      params("GetPromptRequestParams/get-code-review-prompt.json", "prompts/get", "code_review"),
      request("ListPromptsRequest/list-prompts-request.json"),
      request("ListResourceTemplatesRequest/list-resource-templates-request.json"),
      request("ListResourcesRequest/list-resources-request.json"),
      request("ListToolsRequest/list-tools-request.json"),
      params("PaginatedRequestParams/list-with-cursor.json", "tools/list"),
      request("ReadResourceRequest/read-resource-request.json", "file:///project/src/main.rs"),
      with(request("SubscriptionsListenRequest/listen-for-list-changes.json"), asks_for_changes),
  };
}

} // namespace troupe::protocol::examples
