#include "tests/protocol/examples/examples.hpp"

#include "troupe/protocol/content.hpp"
#include "troupe/protocol/resource.hpp"
#include "troupe/protocol/resource_contents.hpp"
#include "troupe/protocol/tool.hpp"

namespace troupe::protocol::examples {

namespace {

template<class Value>
row one(std::string file, Value value) {
  return sent(std::move(file), [value = std::move(value)](std::string& out) {
    value.append_json(out, revision::r2026_07_28);
  });
}

annotations notes(std::vector<role> audience, double priority, std::string modified = {}) {
  return {std::move(audience), priority, std::move(modified)};
}

const std::string pixel =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
    "awAAAABJRU5ErkJggg==";

table content_rows() {
  auto blob = resource_contents::bytes("file:///example.png", "", "image/png");
  blob.data = pixel;
  return {
      one("AudioContent/audio-wav-content.json",
          content::audio_base64("UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA=",
                                "audio/wav")),
      one("BlobResourceContents/image-file-contents.json", blob),
      one("EmbeddedResource/embedded-file-resource-with-annotations.json",
          content::resource(resource_contents::text(
                                "file:///project/src/main.rs",
                                "fn main() {\n    println!(\"Hello world!\");\n}", "text/x-rust"))
              .with_annotations(notes({role::user, role::assistant}, 0.7, "2025-05-03T14:30:00Z"))),
      one("ImageContent/image-png-content-with-annotations.json",
          content::image_base64(pixel, "image/png").with_annotations(notes({role::user}, 0.9))),
      one("Resource/file-resource-with-annotations.json",
          resource("file:///project/README.md", "README.md")
              .with_title("Project Documentation")
              .with_mime_type("text/markdown")
              .with_annotations(notes({role::user}, 0.8, "2025-01-12T15:00:58Z"))),
      one("ResourceLink/file-resource-link.json", content::link({"file:///project/src/main.rs",
                                                                 "main.rs",
                                                                 "",
                                                                 "Primary application entry point",
                                                                 "text/x-rust",
                                                                 std::nullopt,
                                                                 {}})),
      one("TextContent/text-content.json", content::text("Tool result text")),
      one("TextResourceContents/text-file-contents.json",
          resource_contents::text("file:///example.txt", "Resource content")),
  };
}

table tool_rows() {
  constexpr std::string_view two_numbers =
      R"("type":"object","properties":{"a":{"type":"number"},"b":{"type":"number"}},)"
      R"("required":["a","b"]})";
  const auto sum = [](std::string schema) {
    return tool("calculate_sum").with_description("Add two numbers").with_input(schema);
  };
  return {
      one("Tool/tool-with-array-output-schema.json",
          tool("list_users")
              .with_title("User List")
              .with_description("Returns a list of all users")
              .with_output(R"({"type":"array","items":{"type":"object","properties":{
                "id":{"type":"string","description":"User ID"},
                "name":{"type":"string","description":"User name"},
                "email":{"type":"string","description":"User email"}},
                "required":["id","name","email"]}})")),
      one("Tool/tool-with-composition-input-schema.json",
          tool("find_resource")
              .with_title("Resource Finder")
              .with_description("Find a resource by ID or name")
              .with_input(R"({"type":"object","oneOf":[
                {"properties":{"id":{"type":"string","description":"Resource ID"}},"required":["id"]},
                {"properties":{"name":{"type":"string","description":"Resource name"}},
                 "required":["name"]}]})")),
      one("Tool/with-default-2020-12-input-schema.json", sum("{" + std::string(two_numbers))),
      one("Tool/with-explicit-draft-07-input-schema.json",
          sum(R"({"$schema":"http://json-schema.org/draft-07/schema#",)" +
              std::string(two_numbers))),
      one("Tool/with-no-parameters.json",
          tool("get_current_time")
              .with_description("Returns the current server time")
              .with_input(R"({"type":"object","additionalProperties":false})")),
      one("Tool/with-output-schema-for-structured-content.json",
          tool("get_weather_data")
              .with_title("Weather Data Retriever")
              .with_description("Get current weather data for a location")
              .with_input(R"({"type":"object","properties":{"location":{"type":"string",
                "description":"City name or zip code"}},"required":["location"]})")
              .with_output(R"({"type":"object","properties":{
                "temperature":{"type":"number","description":"Temperature in celsius"},
                "conditions":{"type":"string","description":"Weather conditions description"},
                "humidity":{"type":"number","description":"Humidity percentage"}},
                "required":["temperature","conditions","humidity"]})")),
  };
}

} // namespace

table descriptions() {
  auto rows = content_rows();
  for (auto& each : tool_rows())
    rows.push_back(std::move(each));
  return rows;
}

} // namespace troupe::protocol::examples
