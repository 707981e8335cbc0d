#include "tests/integration/server/groups.hpp"

#include "troupe/protocol/json.hpp"

#include <string>
#include <thread>
#include <vector>

namespace troupe::test_server {

namespace {

namespace json = boost::json;
using protocol::content;
using protocol::resource_contents;
using protocol::tool;

outcome echo_arguments(const call& call) {
  return tool_result::text(json::serialize(call.arguments()));
}

outcome big(const call& call) {
  const auto* bytes = call.arguments().if_contains("bytes");
  const auto size = bytes != nullptr && bytes->is_int64() ? bytes->get_int64() : 1000;
  return tool_result::text(std::string(static_cast<std::size_t>(size), 'x'));
}

// Bytes that are no UTF-8, and characters that JSON or SSE must escape.
outcome awkward_text(const call&) {
  return tool_result::text("a\r\nb\n\ndata: c\t\"\\\x01\xff\xfe \xe2\x80\xa8 \xf0\x9f\x8e\xad");
}

outcome every_block(const call&) {
  protocol::resource_link link;
  link.uri = "test://counter";
  link.name = "counter";
  return tool_result::text("text")
      .with(content::image("image bytes", "image/png"))
      .with(content::audio("audio bytes", "audio/wav"))
      .with(content::resource(resource_contents::bytes("test://blob", "\x01\x02")))
      .with(content::link(link));
}

protocol::tool_annotations harmless() {
  protocol::tool_annotations hints;
  hints.read_only = true;
  hints.idempotent = true;
  return hints;
}

// Arguments that modern clients repeat in headers: texts, integers and booleans, also further down.
constexpr std::string_view header_schema = R"({
  "type": "object",
  "properties": {
    "region": {"type": "string", "x-mcp-header": "Region"},
    "level": {"type": "integer", "x-mcp-header": "Level"},
    "deep": {"type": "object", "properties": {"urgent": {"type": "boolean", "x-mcp-header": "Urgent"}}},
    "text": {"type": "string"}
  }
})";

void add_tools(handler_set& set) {
  set.add(tool("echo_arguments").with_description("Gives back its arguments"), echo_arguments);
  set.add(tool("echo_inline").with_description("The same on the I/O thread"),
          {echo_arguments, execution::inline_});
  set.add(tool("echo_blocking").with_description("The same on a thread of its own"),
          {echo_arguments, execution::blocking});
  set.add(tool("echo_header")
              .with_description("The same, in part by headers")
              .with_input(header_schema),
          echo_arguments);
  set.add(tool("big").with_description("Answers with so many bytes"), big);
  set.add(tool("awkward_text").with_description("Answers with bytes that need care"), awkward_text);
  set.add(tool("every_block").with_title("Every block").with_description("Every kind of content"),
          every_block);
  set.add(tool("structured")
              .with_description("Answers with structured content")
              .with_output(R"({"type":"object","properties":{"sum":{"type":"integer"}}})")
              .with_annotations(harmless()),
          [](const call&) -> outcome {
            return tool_result::of_structured(json::object{{"sum", 3}});
          });
}

void add_resources(handler_set& set) {
  const auto read = [](const call& call) -> outcome {
    return read_result{resource_contents::text(std::string{call.name()}, "0")};
  };
  set.add(protocol::resource("test://counter", "counter").with_mime_type("text/plain"), read);
  set.add(protocol::resource("test://other", "other").with_title("Other").with_size(1), read);
  const auto item = [](const call& call) -> outcome {
    return read_result{resource_contents::text(std::string{call.name()},
                                               "item " + std::string{call.variable("id")})};
  };
  const auto ids = [](const call&) -> outcome {
    return completion_result{std::vector<std::string>{"1", "2", "3"}};
  };
  set.add(protocol::resource_template("test://items/{id}", "items"), item, {{"id", ids}});
}

// Completes from 150 names.
outcome complete_name(const call& call) {
  std::vector<std::string> names;
  for (int i = 0; i < 150; ++i)
    if (auto name = "name" + std::to_string(i); name.starts_with(call.completion_value()))
      names.push_back(std::move(name));
  return completion_result{std::move(names)};
}

void add_prompts(handler_set& set) {
  set.add(protocol::prompt("greet")
              .with_title("Greeting")
              .with_description("Greets somebody")
              .with_argument("name", "Whom", true)
              .with_argument("style", "How"),
          [](const call& call) -> outcome {
            return prompt_result::text("Hello " +
                                       std::string{call.string_argument("name").value_or("")});
          },
          {{"name", complete_name}});
  set.add(protocol::prompt("plain").with_description("Has no arguments"),
          [](const call&) -> outcome { return prompt_result::text("plain"); });
}

} // namespace

void add_results(node& node) {
  add_tools(node.handlers());
  add_resources(node.handlers());
  add_prompts(node.handlers());
}

} // namespace troupe::test_server
