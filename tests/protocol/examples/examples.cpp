#include "tests/protocol/examples/examples.hpp"

#include "troupe/protocol/arguments_digest.hpp"
#include "troupe/protocol/document.hpp"
#include "troupe/protocol/json_schema.hpp"

#include <fstream>
#include <iterator>
#include <map>
#include <utility>

namespace troupe::protocol::examples {

namespace {

json::object definitions() {
  std::ifstream stream(TROUPE_SCHEMA, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  return parse(text).at("$defs").as_object();
}

json_schema_ptr compile(std::string_view definition) {
  static const auto all = definitions();
  return json_schema::compile({{"$ref", "#/$defs/" + std::string(definition)}, {"$defs", all}})
      .value();
}

} // namespace

std::string breach(const json::value& message, std::string_view definition) {
  static std::map<std::string, json_schema_ptr, std::less<>> compiled;
  auto found = compiled.find(definition);
  if (found == compiled.end())
    found = compiled.emplace(definition, compile(definition)).first;
  std::string text;
  for (const auto& each : found->second->check(message))
    text += to_string(each) + "\n";
  return text;
}

json::value parse(std::string_view text) {
  return parse_value(text).value();
}

std::string unless(bool good, std::string_view otherwise) {
  return good ? std::string() : std::string(otherwise);
}

std::string difference(const json::value& ours, const json::value& example) {
  // Equal digests are equal values, by the rules that are wanted here.
  if (digest_arguments({{"", ours}}) == digest_arguments({{"", example}}))
    return {};
  return "we write " + json::serialize(ours) + "\nthe example is " + json::serialize(example);
}

row sent(std::string file, std::function<void(std::string&)> write,
         std::function<void(json::value&)> adjust) {
  auto definition = file.substr(0, file.find('/'));
  return {std::move(file),
          [write = std::move(write), adjust = std::move(adjust),
           definition = std::move(definition)](const std::string&, const json::value& example) {
            auto expected = example;
            if (adjust)
              adjust(expected);
            std::string text;
            write(text);
            const auto ours = parse(text);
            return difference(ours, expected) + breach(ours, definition);
          }};
}

row received(std::string file, std::function<std::string(const json::value&)> read) {
  return {std::move(file),
          [read = std::move(read)](const std::string&, const json::value& example) {
            return read(example);
          }};
}

} // namespace troupe::protocol::examples
