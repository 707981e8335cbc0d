#include "tests/protocol/examples/examples.hpp"

#include "troupe/protocol/capabilities.hpp"
#include "troupe/protocol/input_answer.hpp"
#include "troupe/protocol/input_exchange.hpp"

namespace troupe::protocol::examples {

namespace {

row capabilities(std::string file, client_capabilities expected) {
  return received(std::move(file), [expected](const json::value& example) {
    const auto read = parse_client_capabilities(example, "capabilities");
    return unless(read && *read == expected, "the capabilities are read otherwise");
  });
}

row accepted_form(std::string file) {
  return received(std::move(file), [](const json::value& example) {
    const auto answer = read_elicitation_answer(example.as_object());
    if (!answer || answer->action != elicitation_action::accept || answer->content == nullptr)
      return std::string("it is read as no accepted form");
    return difference(*answer->content, example.at("content"));
  });
}

row sampled(std::string file, std::string_view stop_reason, std::string_view first_text) {
  return received(std::move(file), [=](const json::value& example) {
    const auto answer = read_sampling_answer(example.as_object());
    if (!answer || answer->role != role::assistant || answer->stop_reason != stop_reason ||
        answer->model != "claude-3-sonnet-20240307" || !answer->text().starts_with(first_text))
      return std::string("it is read otherwise");
    return difference(*answer->content, example.at("content"));
  });
}

row roots(std::string file, std::vector<std::string> uris) {
  return received(std::move(file), [uris = std::move(uris)](const json::value& example) {
    const auto answer = read_roots_answer(example.as_object());
    if (!answer || answer->size() != uris.size())
      return std::string("it is read as no list of roots");
    for (std::size_t i = 0; i < uris.size(); ++i)
      if ((*answer)[i].uri != uris[i] || (*answer)[i].name.empty())
        return "root " + std::to_string(i) + " is read otherwise";
    return std::string();
  });
}

std::string is_root(const json::value& example) {
  const json::object list{{"roots", json::array{example}}};
  const auto answer = read_roots_answer(list);
  return unless(answer && answer->front().name == "My Project" &&
                    answer->front().uri == "file:///home/user/projects/myproject",
                "it is read otherwise");
}

// In the place of a message's content, where a model's answer has it.
std::string is_tool_use(const json::value& example) {
  const json::object result{
      {"role", "assistant"}, {"model", "m"}, {"content", json::array{example}}};
  const auto answer = read_sampling_answer(result);
  return unless(answer && answer->content->is_array(), "it is no content of an answer");
}

std::string are_responses(const json::value& example) {
  const json::object params{{"inputResponses", example}, {"requestState", "sealed"}};
  const auto retry = parse_input_retry(params);
  if (!retry || retry->responses == nullptr || retry->request_state != "sealed")
    return "the answers are not found";
  const auto& form = retry->responses->at("github_login").as_object();
  const auto& text = retry->responses->at("capital_of_france").as_object();
  return unless(is_answer_to("elicitation/create", {}, form) &&
                    is_answer_to("sampling/createMessage", {}, text) &&
                    !is_answer_to("sampling/createMessage", {}, form) &&
                    !is_answer_to("roots/list", {}, text),
                "the answers are taken for answers to something else");
}

table capability_rows() {
  client_capabilities form;
  form.elicitation_form = true;
  auto form_and_url = form;
  form_and_url.elicitation_url = true;
  client_capabilities roots_only;
  roots_only.roots = true;
  client_capabilities plain;
  plain.sampling = true;
  auto context = plain;
  context.sampling_context = true;
  auto tools = plain;
  tools.sampling_tools = true;
  const std::string folder = "ClientCapabilities/";
  return {
      capabilities(folder + "elicitation-form-and-url-mode-support.json", form_and_url),
      capabilities(folder + "elicitation-form-only-implicit.json", form),
      capabilities(folder + "extensions-ui-mime-types.json", {}),
      capabilities(folder + "roots-minimum-baseline-support.json", roots_only),
      capabilities(folder + "sampling-context-inclusion-support-deprecated.json", context),
      capabilities(folder + "sampling-minimum-baseline-support.json", plain),
      capabilities(folder + "sampling-tool-use-support.json", tools),
  };
}

} // namespace

table answers() {
  table rows{
      sampled("CreateMessageResult/final-response.json", "endTurn", "Based on the current"),
      sampled("CreateMessageResult/text-response.json", "endTurn", "The capital of France"),
      sampled("CreateMessageResult/tool-use-response.json", "toolUse", ""),
      received("ElicitResult/accept-url-mode-no-content.json",
               [](const json::value& example) {
                 const auto answer = read_elicitation_answer(example.as_object());
                 return unless(answer && answer->action == elicitation_action::accept &&
                                   answer->content == nullptr,
                               "it is read otherwise");
               }),
      accepted_form("ElicitResult/input-multiple-fields.json"),
      accepted_form("ElicitResult/input-single-field.json"),
      received("InputResponses/elicitation-and-sampling-input-responses.json", are_responses),
      roots("ListRootsResult/multiple-root-directories.json",
            {"file:///home/user/repos/frontend", "file:///home/user/repos/backend"}),
      roots("ListRootsResult/single-root-directory.json", {"file:///home/user/projects/myproject"}),
      received("Root/project-directory.json", is_root),
      received("ToolUseContent/get-weather-tool-use.json", is_tool_use),
  };
  for (auto& each : capability_rows())
    rows.push_back(std::move(each));
  return rows;
}

} // namespace troupe::protocol::examples
