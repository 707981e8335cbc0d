#include "tests/conformance/groups.hpp"
#include "tests/conformance/samples.hpp"

#include "troupe/protocol/json.hpp"

#include <string>

namespace troupe::conformance {

namespace {

namespace json = boost::json;
using protocol::resource;
using protocol::resource_contents;
using protocol::resource_template;

handler fixed_text(std::string text) {
  return [text = std::move(text)](const call& call) -> outcome {
    return read_result{resource_contents::text(std::string{call.name()}, text)};
  };
}

outcome read_binary(const call& call) {
  read_result result;
  auto& contents = result.contents.emplace_back();
  contents.uri = call.name();
  contents.mime_type = "image/png";
  contents.data = png_base64;
  contents.is_blob = true;
  return result;
}

outcome read_template(const call& call) {
  const std::string id{call.variable("id")};
  const json::object data{{"id", id}, {"templateTest", true}, {"data", "Data for ID: " + id}};
  return read_result{
      resource_contents::text(std::string{call.name()}, json::serialize(data), "application/json")};
}

} // namespace

void add_resources(handler_set& set) {
  set.add(resource("test://static-text", "Static text")
              .with_description("A text that never changes")
              .with_mime_type("text/plain"),
          fixed_text("This is the content of the static text resource."));
  set.add(resource("test://static-binary", "Static image")
              .with_description("An image that never changes")
              .with_mime_type("image/png"),
          read_binary);
  set.add(resource("test://watched-resource", "Watched text")
              .with_description("A text to subscribe to")
              .with_mime_type("text/plain"),
          fixed_text("This is the content of the watched resource."));
  set.add(resource_template("test://template/{id}/data", "Data by id")
              .with_description("Tells the id it was asked with")
              .with_mime_type("application/json"),
          read_template);
}

} // namespace troupe::conformance
