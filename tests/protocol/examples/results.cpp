#include "tests/protocol/examples/examples.hpp"

#include "troupe/protocol/common_members.hpp"
#include "troupe/protocol/completion_result.hpp"
#include "troupe/protocol/discover.hpp"
#include "troupe/protocol/encode.hpp"
#include "troupe/protocol/prompt.hpp"
#include "troupe/protocol/prompt_result.hpp"
#include "troupe/protocol/resource.hpp"
#include "troupe/protocol/resource_contents.hpp"
#include "troupe/protocol/result_context.hpp"
#include "troupe/protocol/subscription.hpp"
#include "troupe/protocol/tool.hpp"
#include "troupe/protocol/tool_result.hpp"

namespace troupe::protocol::examples {

namespace {

using writer_function = std::function<void(std::string&)>;

result_context modern(cache_hints hints = {}, std::string_view server_info = {}) {
  return {revision::r2026_07_28, server_info, hints};
}

// Under the id of the example, as a complete message.
row response(std::string file, std::string id, writer_function write,
             std::function<void(json::value&)> adjust = nullptr) {
  return sent(
      std::move(file),
      [id = std::move(id), write = std::move(write)](std::string& out) {
        open_result(out, request_id(id));
        write(out);
        close_result(out);
      },
      std::move(adjust));
}

void drop_default_error_flag(json::object& result) {
  result.erase("isError"); // false is what a client assumes
}

void drop_default(json::value& example) {
  auto& object = example.as_object();
  drop_default_error_flag(object.contains("result") ? object["result"].as_object() : object);
}

writer_function written(tool_result result) {
  return [result = std::move(result)](std::string& out) { result.append_json(out, modern()); };
}

tool_result weather_text() {
  return tool_result::text(
      "Current weather in New York:\nTemperature: 72°F\nConditions: Partly cloudy");
}

table call_rows() {
  const std::string users = R"([{"id":"1","name":"Alice","email":"alice@example.com"},
    {"id":"2","name":"Bob","email":"bob@example.com"}])";
  const std::string weather =
      R"({"temperature": 22.5, "conditions": "Partly cloudy", "humidity": 65})";
  return {
      sent("CallToolResult/invalid-tool-input-error.json",
           written(tool_result::error(
               "Invalid departure date: must be in the future. Current date is 08/08/2025."))),
      sent("CallToolResult/result-with-array-structured-content.json",
           written(tool_result::text("Found 2 users: Alice (alice@example.com) and Bob "
                                     "(bob@example.com).")
                       .with_structured(parse(users)))),
      sent("CallToolResult/result-with-structured-content.json",
           written(tool_result::text(weather).with_structured(parse(weather)))),
      sent("CallToolResult/result-with-unstructured-text.json", written(weather_text()),
           drop_default),
      response("CallToolResultResponse/call-tool-result-response.json", "call-tool-example",
               written(weather_text()), drop_default),
  };
}

writer_function completion(std::vector<std::string> values, std::uint64_t total, bool more) {
  return [=](std::string& out) {
    completion_result result(values);
    result.total = total;
    result.has_more = more;
    result.append_json(out, modern());
  };
}

table completion_rows() {
  return {
      sent("CompleteResult/multiple-completion-values-with-more-available.json",
           completion({"python", "pytorch", "pyside"}, 10, true)),
      sent("CompleteResult/single-completion-value.json", completion({"flask"}, 1, false)),
      response("CompleteResultResponse/completion-result-response.json", "completion-example",
               completion({"flask"}, 1, false)),
  };
}

writer_function discovery(std::string instructions) {
  return [instructions = std::move(instructions)](std::string& out) {
    server_capabilities capabilities;
    capabilities.tools = capabilities.resources = true;
    append_discover_result(
        out, capabilities, instructions,
        modern({3'600'000, cache_scope::public_}, R"({"name":"ExampleServer","version":"1.0.0"})"));
  };
}

table discover_rows() {
  return {
      sent("DiscoverResult/server-capabilities-discovery.json",
           discovery("This server provides weather and resource utilities. Prefer `get_weather` "
                     "for forecast lookups.")),
      response("DiscoverResultResponse/discover-result-response.json", "discover-1", discovery("")),
  };
}

writer_function review() {
  return [](std::string& out) {
    auto result =
        prompt_result::text("Please review this Python code:\ndef hello():\n    print('world')");
    result.description = "Code review prompt";
    result.append_json(out, modern());
  };
}

table prompt_rows() {
  return {
      sent("GetPromptResult/code-review-prompt.json", review()),
      response("GetPromptResultResponse/get-prompt-result-response.json", "get-prompt-example",
               review()),
  };
}

// A page with one entry, put together as actors/list_cache does.
template<class Entry>
writer_function page(std::string_view member, Entry entry, std::string cursor, cache_hints hints) {
  return [=](std::string& out) {
    const auto to = modern(hints);
    object_writer writer(out);
    append_result_members(writer, {}, to);
    append_cache_hints(writer, to);
    array_writer list(writer.key(member));
    entry.append_json(list.element(), to.revision);
    list.close();
    writer.member_unless_empty("nextCursor", cursor);
    writer.close();
  };
}

icon picture(std::string src, std::string mime_type = "image/png", std::string size = "48x48") {
  return {"https://example.com/" + std::move(src), std::move(mime_type), {std::move(size)}};
}

table prompt_list_rows() {
  const auto entry =
      prompt("code_review")
          .with_title("Request Code Review")
          .with_description("Asks the LLM to analyze code quality and suggest improvements")
          .with_argument("code", "The code to review", true)
          .with_icon(picture("review-icon.svg", "image/svg+xml", "any"));
  const auto result = page("prompts", entry, "next-page-cursor", {600'000, cache_scope::public_});
  return {
      sent("ListPromptsResult/prompts-list-with-cursor-and-ttl.json", result),
      response("ListPromptsResultResponse/list-prompts-result-response.json",
               "list-prompts-example", result),
  };
}

resource_template project_files(std::string title) {
  return resource_template("file:///{path}", "Project Files")
      .with_title(std::move(title))
      .with_description("Access files in the project directory")
      .with_mime_type("application/octet-stream")
      .with_icon(picture("folder-icon.png"));
}

table resource_list_rows() {
  const auto entry = resource("file:///project/src/main.rs", "main.rs")
                         .with_title("Rust Software Application Main File")
                         .with_description("Primary application entry point")
                         .with_mime_type("text/x-rust")
                         .with_icon(picture("rust-file-icon.png"));
  const auto result =
      page("resources", entry, "eyJwYWdlIjogM30=", {600'000, cache_scope::private_});
  const cache_hints hour{3'600'000, cache_scope::public_};
  return {
      sent("ListResourcesResult/resources-list-with-cursor-and-ttl.json", result),
      response("ListResourcesResultResponse/list-resources-result-response.json",
               "list-resources-example", result),
      sent("ListResourceTemplatesResult/resource-templates-list-with-cursor-and-ttl.json",
           page("resourceTemplates", project_files("📁 Project Files"), "next-page-cursor", hour)),
      response("ListResourceTemplatesResultResponse/list-resource-templates-result-response.json",
               "list-resource-templates-example",
               page("resourceTemplates", project_files("Project Files"), "", hour)),
  };
}

table tool_list_rows() {
  const auto entry = tool("get_weather")
                         .with_title("Weather Information Provider")
                         .with_description("Get current weather information for a location")
                         .with_input(R"({"type":"object","properties":{"location":{"type":"string",
                           "description":"City name or zip code"}},"required":["location"]})")
                         .with_icon(picture("weather-icon.png"));
  const auto result = [&](std::uint64_t ttl_ms) {
    return page("tools", entry, "next-page-cursor", {ttl_ms, cache_scope::public_});
  };
  return {
      sent("ListToolsResult/tools-list-with-cursor-and-ttl.json", result(300'000)),
      response("ListToolsResultResponse/list-tools-result-response.json", "list-tools-example",
               result(3'600'000)),
  };
}

writer_function file(cache_hints hints) {
  return [hints](std::string& out) {
    const read_result result(
        resource_contents::text("file:///project/src/main.rs",
                                "fn main() {\n    println!(\"Hello world!\");\n}", "text/x-rust"));
    result.append_json(out, modern(hints));
  };
}

table read_rows() {
  const cache_hints minute{60'000, cache_scope::private_};
  return {
      sent("ReadResourceResult/file-resource-contents.json", file(minute)),
      response("ReadResourceResultResponse/read-resource-result-response-with-ttl.json",
               "read-resource-with-ttl-example", file(minute)),
      response("ReadResourceResultResponse/read-resource-result-response.json",
               "read-resource-example", file({}),
               [](json::value& example) { // we always tell how long a result may be kept
                 auto& result = example.at("result").as_object();
                 result["ttlMs"] = 0;
                 result["cacheScope"] = "private";
               }),
  };
}

table subscription_rows() {
  const auto end = [](std::string& out) {
    append_subscription_end(out, request_id("listen-1"), modern());
  };
  return {
      sent("SubscriptionsListenResultResponse/listen-closed-response.json", end),
      sent("SubscriptionsListenResult/listen-closed.json",
           [=](std::string& out) {
             std::string whole;
             end(whole);
             append_json(out, parse(whole).at("result"));
           }),
  };
}

} // namespace

table results() {
  table rows;
  for (const auto& part :
       {call_rows(), completion_rows(), discover_rows(), prompt_rows(), prompt_list_rows(),
        resource_list_rows(), tool_list_rows(), read_rows(), subscription_rows()})
    rows.insert(rows.end(), part.begin(), part.end());
  return rows;
}

} // namespace troupe::protocol::examples
