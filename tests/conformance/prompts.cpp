#include "tests/conformance/groups.hpp"
#include "tests/conformance/samples.hpp"

#include <string>

namespace troupe::conformance {

namespace {

using protocol::content;
using protocol::prompt;
using protocol::resource_contents;

std::string argument(const call& call, std::string_view name) {
  return std::string{call.string_argument(name).value_or("")};
}

outcome with_arguments(const call& call) {
  return prompt_result::text("Prompt with arguments: arg1='" + argument(call, "arg1") +
                             "', arg2='" + argument(call, "arg2") + "'");
}

outcome with_embedded_resource(const call& call) {
  return prompt_result{}
      .with_user(content::resource(resource_contents::text(
          argument(call, "resourceUri"), "Embedded resource content for testing.")))
      .with_user(content::text("Please look at the resource above."));
}

outcome with_image(const call&) {
  return prompt_result{}
      .with_user(content::image_base64(std::string{png_base64}, "image/png"))
      .with_user(content::text("Please look at the image above."));
}

outcome with_context(const call& call) {
  const auto* answer = call.input("user_context");
  const auto* form = answer != nullptr ? answer->if_object() : nullptr;
  const auto read = form != nullptr ? protocol::read_elicitation_answer(*form) : std::nullopt;
  const auto* context =
      read && read->content != nullptr ? read->content->if_contains("context") : nullptr;
  if (context != nullptr && context->is_string())
    return prompt_result::text("The context is: " + std::string{context->get_string()});
  input_required wanted;
  boost::json::object schema{{"type", "object"},
                             {"properties", {{"context", {{"type", "string"}}}}},
                             {"required", {"context"}}};
  wanted.requests.emplace("user_context",
                          protocol::form_elicitation{"What is the context?", std::move(schema)});
  return wanted;
}

outcome complete_nothing(const call&) {
  completion_result result;
  result.total = 0;
  return result;
}

} // namespace

void add_simple_prompt(handler_set& set) {
  set.add(prompt("test_simple_prompt").with_description("One message without arguments"),
          [](const call&) -> outcome {
            return prompt_result::text("This is a simple prompt for testing.");
          });
}

void add_prompts(handler_set& set) {
  add_simple_prompt(set);
  set.add(prompt("test_prompt_with_arguments")
              .with_description("One message with two arguments")
              .with_argument("arg1", "The first argument", true)
              .with_argument("arg2", "The second argument", true),
          with_arguments, {{"arg1", complete_nothing}, {"arg2", complete_nothing}});
  set.add(prompt("test_prompt_with_embedded_resource")
              .with_description("A message that embeds a resource")
              .with_argument("resourceUri", "URI of the resource to embed", true),
          with_embedded_resource);
  set.add(prompt("test_prompt_with_image").with_description("A message with an image"), with_image);
  set.add(prompt("test_input_required_result_prompt")
              .with_description("Needs to know the context from the user"),
          with_context);
}

} // namespace troupe::conformance
