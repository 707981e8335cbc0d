#include "tests/conformance/groups.hpp"
#include "tests/conformance/samples.hpp"

#include <string>

namespace troupe::conformance {

namespace {

using protocol::content;
using protocol::resource_contents;
using protocol::tool;

content sample_image() {
  return content::image_base64(std::string{png_base64}, "image/png");
}

content sample_audio() {
  return content::audio_base64(std::string{wav_base64}, "audio/wav");
}

outcome embedded_resource(const call&) {
  return tool_result::of(content::resource(resource_contents::text(
      "test://embedded-resource", "This is an embedded resource content.")));
}

outcome multiple_content_types(const call&) {
  return tool_result::text("Multiple content types test:")
      .with(sample_image())
      .with(content::resource(resource_contents::text(
          "test://mixed-content-resource", R"({"test":"data","value":123})", "application/json")));
}

} // namespace

void add_content_tools(handler_set& set) {
  set.add(tool("test_simple_text").with_description("Answers with one text"),
          [](const call&) -> outcome {
            return tool_result::text("This is a simple text response for testing.");
          });
  set.add(tool("test_image_content").with_description("Answers with an image"),
          [](const call&) -> outcome { return tool_result::of(sample_image()); });
  set.add(tool("test_audio_content").with_description("Answers with a sound"),
          [](const call&) -> outcome { return tool_result::of(sample_audio()); });
  set.add(tool("test_embedded_resource").with_description("Answers with an embedded resource"),
          embedded_resource);
  set.add(tool("test_multiple_content_types")
              .with_description("Answers with a text, an image and a resource"),
          multiple_content_types);
  set.add(tool("test_error_handling").with_description("Answers with an error of the tool"),
          [](const call&) -> outcome {
            return tool_result::error("This tool intentionally returns an error for testing");
          });
}

} // namespace troupe::conformance
