#include "tests/protocol/examples/examples.hpp"

#include "troupe/protocol/encode.hpp"
#include "troupe/protocol/input_exchange.hpp"
#include "troupe/protocol/input_request.hpp"
#include "troupe/protocol/result_context.hpp"

namespace troupe::protocol::examples {

namespace {

constexpr auto newest = revision::r2026_07_28;

row params(std::string file, input_request request) {
  return sent(std::move(file), [request = std::move(request)](std::string& out) {
    request.append_params(out, newest);
  });
}

// The request as one of several, which is how it travels.
row whole(std::string file, input_request request,
          std::function<void(json::value&)> adjust = nullptr) {
  return sent(
      std::move(file),
      [request = std::move(request)](std::string& out) {
        std::string all;
        append_input_requests(all, {{{"key", request}}, ""}, newest);
        append_json(out, parse(all).at("key"));
      },
      std::move(adjust));
}

form_elicitation form(std::string message, std::string_view properties, std::string_view required) {
  std::string schema = R"({"type":"object","properties":)";
  schema += properties;
  schema += R"(,"required":)";
  schema += required;
  schema += '}';
  return {std::move(message), parse(schema).as_object()};
}

form_elicitation github_login(std::string_view name = R"({"type":"string"})") {
  return form("Please provide your GitHub username", "{\"name\":" + std::string(name) + "}",
              R"(["name"])");
}

sampling_message message(role who, std::string text) {
  return {who, content::text(std::move(text))};
}

sampling capital_of_france() {
  sampling wish;
  wish.messages.push_back(message(role::user, "What is the capital of France?"));
  wish.max_tokens = 100;
  return wish;
}

sampling capital_with_preferences() {
  auto wish = capital_of_france();
  wish.model_preferences = parse(R"({"hints":[{"name":"claude-3-sonnet"}],
    "intelligencePriority":0.8,"speedPriority":0.5})")
                               .as_object();
  wish.system_prompt = "You are a helpful assistant.";
  return wish;
}

const std::string paris_result = R"({"type":"tool_result","toolUseId":"call_abc123",
  "content":[{"type":"text","text":"Weather in Paris: 18°C, partly cloudy"}]})";

sampling weather(std::string_view city) {
  sampling wish;
  wish.messages.push_back(message(role::user, "What's the weather like in Paris and London?"));
  wish.tools = parse(R"([{"name":"get_weather","description":"Get current weather for a city",
    "inputSchema":{"type":"object","properties":{"city":)" +
                     std::string(city) + R"(},"required":["city"]}}])")
                   .as_array();
  wish.max_tokens = 1000;
  return wish;
}

sampling follow_up() {
  auto wish = weather(R"({"type":"string"})");
  wish.messages.push_back({role::assistant, {}, parse(R"([
    {"type":"tool_use","id":"call_abc123","name":"get_weather","input":{"city":"Paris"}},
    {"type":"tool_use","id":"call_def456","name":"get_weather","input":{"city":"London"}}])")});
  wish.messages.push_back({role::user, {}, parse("[" + paris_result + R"(,
    {"type":"tool_result","toolUseId":"call_def456",
     "content":[{"type":"text","text":"Weather in London: 15°C, rainy"}]}])")});
  return wish;
}

sampling first_round() {
  auto wish = weather(R"({"type":"string","description":"City name"})");
  wish.tool_choice = {{"mode", "auto"}};
  return wish;
}

// One message of a question; what a handler gives verbatim is read from the example itself.
row first_message(std::string file, std::function<sampling_message(const json::value&)> make) {
  return {std::move(file), [make](const std::string&, const json::value& example) {
            std::string out;
            sampling wish;
            wish.messages.push_back(make(example));
            input_request(std::move(wish)).append_params(out, newest);
            return difference(parse(out).at("messages").at(0), example);
          }};
}

row tool_result_block(std::string file) {
  return {std::move(file), [](const std::string&, const json::value& example) {
            std::string out;
            sampling wish;
            wish.messages.push_back({role::user, {}, json::array{example}});
            input_request(std::move(wish)).append_params(out, newest);
            return difference(parse(out).at("messages").at(0).at("content").at(0), example);
          }};
}

// The schema of a form's field, which is written as the handler gave it.
row field(std::string file) {
  return {std::move(file), [](const std::string&, const json::value& example) {
            std::string out;
            const form_elicitation wish{
                "?", {{"type", "object"}, {"properties", json::object{{"field", example}}}}};
            input_request(wish).append_params(out, newest);
            return difference(parse(out).at("requestedSchema").at("properties").at("field"),
                              example);
          }};
}

row preferences(std::string file) {
  return {std::move(file), [](const std::string&, const json::value& example) {
            std::string out;
            sampling wish;
            wish.model_preferences = example.as_object();
            input_request(std::move(wish)).append_params(out, newest);
            return difference(parse(out).at("modelPreferences"), example);
          }};
}

input_required both() {
  return {{{"github_login", github_login()}, {"capital_of_france", capital_of_france()}}, ""};
}

row required(std::string file, input_required wanted, std::string state,
             std::function<void(json::value&)> adjust = nullptr) {
  return sent(
      std::move(file),
      [=](std::string& out) { append_input_required_result(out, wanted, state, newest); },
      std::move(adjust));
}

void say_form(json::value& example) { // we always say which mode a question has
  example.at("inputRequests").at("github_login").at("params").as_object()["mode"] = "form";
}

void as_part(json::value& example) { // inside a result it has no id; we write empty params
  example.as_object().erase("id");
  example.as_object()["params"] = json::object();
}

table input_required_rows() {
  return {
      sent("InputRequests/elicitation-and-sampling-input-requests.json",
           [](std::string& out) { append_input_requests(out, both(), newest); }),
      required("InputRequiredResult/"
               "input-required-result-with-elicitation-and-sampling-and-request-state.json",
               both(), "eyJsb2NhdGlvbiI6Ik5ldyBZb3JrIn0", say_form),
      required("InputRequiredResult/input-required-result-with-request-state-only.json", {},
               "eyJwcm9ncmVzcyI6IjUwJSIsInN0YXRlIjoicHJvY2Vzc2luZyJ9"),
  };
}

table schema_rows() {
  return {
      field("BooleanSchema/boolean-input-schema.json"),
      field("NumberSchema/number-input-schema.json"),
      field("StringSchema/email-input-schema.json"),
      field("TitledMultiSelectEnumSchema/titled-color-multi-select-schema.json"),
      field("TitledSingleSelectEnumSchema/titled-color-select-schema.json"),
      field("UntitledMultiSelectEnumSchema/color-multi-select-schema.json"),
      field("UntitledSingleSelectEnumSchema/color-select-schema.json"),
  };
}

table sampling_rows() {
  return {
      whole("CreateMessageRequest/sampling-request.json", capital_with_preferences()),
      params("CreateMessageRequestParams/basic-request.json", capital_with_preferences()),
      params("CreateMessageRequestParams/follow-up-with-tool-results.json", follow_up()),
      params("CreateMessageRequestParams/request-with-tools.json", first_round()),
      preferences("ModelPreferences/with-hints-and-priorities.json"),
      first_message("SamplingMessage/multiple-content-blocks.json",
                    [](const json::value& example) {
                      return sampling_message{role::user, {}, example.at("content")};
                    }),
      first_message(
          "SamplingMessage/single-content-block.json",
          [](const json::value&) { return message(role::user, "What is the capital of France?"); }),
      tool_result_block("ToolResultContent/get-weather-tool-result.json"),
  };
}

table elicitation_rows() {
  return {
      whole("ElicitRequest/elicitation-request.json",
            github_login(R"({"type":"string","title":"GitHub Username",
              "description":"Your GitHub username"})")),
      params("ElicitRequestFormParams/elicit-multiple-fields.json",
             form("Please provide your contact information",
                  R"({"name":{"type":"string","description":"Your full name"},
                    "email":{"type":"string","format":"email","description":"Your email address"},
                    "age":{"type":"number","minimum":18,"description":"Your age"}})",
                  R"(["name","email"])")),
      params("ElicitRequestFormParams/elicit-single-field.json", github_login()),
      params("ElicitRequestURLParams/elicit-sensitive-data.json",
             url_elicitation{"Please provide your API key to continue.",
                             "https://mcp.example.com/ui/set_api_key", "unwritten"}),
      whole("ListRootsRequest/list-roots-request.json", roots_query{}, as_part),
  };
}

} // namespace

table questions() {
  table rows;
  for (const auto& part :
       {input_required_rows(), schema_rows(), sampling_rows(), elicitation_rows()})
    rows.insert(rows.end(), part.begin(), part.end());
  return rows;
}

} // namespace troupe::protocol::examples
