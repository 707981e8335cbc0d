// What a schema and a check may cost. Whatever the input, the end is an answer, and "too complex" is no "valid".
#include "troupe/protocol/json_schema.hpp"

#define CAF_SUITE json_schema_bounds
#include "caf/test/unit_test.hpp"

using namespace troupe::protocol;

namespace {

const std::string too_complex = "is too complex to be checked against its schema";

std::string first_violation(const json::value& schema, const json::value& instance,
                            const schema_options& options = {}) {
  const auto found = json_schema::compile(schema, options).value()->check(instance);
  return found.empty() ? "" : to_string(found.front());
}

std::string repeated(std::string_view text, std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i)
    all += text;
  return all;
}

} // namespace

CAF_TEST(a_schema_that_refers_to_itself_for_ever_ends) {
  for (
      auto text :
      {R"({"$ref": "#"})", R"({"allOf": [{"$ref": "#"}]})", R"({"not": {"$ref": "#"}})",
       R"({"anyOf": [{"$ref": "#"}, true]})", R"({"$dynamicAnchor": "a", "$dynamicRef": "#a"})",
       R"({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}})"}) {
    const auto schema = json_schema::compile(json::parse(text)).value();
    CAF_CHECK(!schema->accepts(json::value(1)));
    const auto found = schema->check(json::value(1));
    CAF_REQUIRE_EQUAL(found.size(), 1u);
    CAF_CHECK_EQUAL(to_string(found[0]), too_complex);
  }
}

CAF_TEST(a_recursive_schema_follows_the_instance) {
  const auto schema = json::parse(R"({"type": "array", "items": {"$ref": "#"}})");
  json::value instance = json::array();
  for (int i = 0; i < 100; ++i)
    instance = json::array({std::move(instance)});
  CAF_CHECK_EQUAL(first_violation(schema, instance), "");
  for (int i = 0; i < 1000; ++i)
    instance = json::array({std::move(instance)});
  CAF_CHECK_EQUAL(first_violation(schema, instance), too_complex);
}

CAF_TEST(branches_in_branches_end_with_the_steps) {
  // 3^30 ways.
  json::value schema = json::parse(R"({"type": "string"})");
  for (int i = 0; i < 30; ++i)
    schema = json::object({{"anyOf", json::array({schema})}});
  auto text = std::string(R"({"$ref": "#/$defs/30", "$defs": {"0": {"type": "string"})");
  for (int i = 1; i <= 30; ++i) {
    const auto below = R"({"$ref": "#/$defs/)" + std::to_string(i - 1) + R"("})";
    text.append(", \"").append(std::to_string(i)).append(R"(": {"anyOf": [)").append(below);
    text.append(",").append(below).append(",").append(below).append("]}");
  }
  text += "}}";
  CAF_CHECK_EQUAL(first_violation(json::parse(text), json::value(1)), too_complex);
  CAF_CHECK_EQUAL(first_violation(schema, json::value("a")), "");
}

CAF_TEST(steps_run_out_as_a_violation) {
  schema_options options;
  options.max_steps = 100;
  const auto schema = json::parse(R"({"items": {"type": "integer"}})");
  json::array items;
  for (int i = 0; i < 1000; ++i)
    items.push_back(i);
  CAF_CHECK_EQUAL(first_violation(schema, items), "");
  CAF_CHECK_EQUAL(first_violation(schema, items, options), too_complex);
}

CAF_TEST(unique_items_of_a_large_array_are_found_quickly) {
  const auto schema = json::parse(R"({"uniqueItems": true})");
  json::array items;
  for (int i = 0; i < 100'000; ++i)
    items.push_back(i % 2 == 0 ? json::value(i) : json::value({i, std::to_string(i)}));
  CAF_CHECK_EQUAL(first_violation(schema, items), "");
  items.push_back(50'000.0);
  CAF_CHECK_EQUAL(first_violation(schema, items),
                  "must have no equal items, but items 50000 and 100000 are equal");
}

CAF_TEST(a_schema_has_a_depth_and_a_size) {
  const auto depth_refusal = [](std::size_t levels) {
    const auto text = repeated(R"({"not": )", levels) + "true" + repeated("}", levels);
    json::parse_options parsing;
    parsing.max_depth = 200;
    const auto result = json_schema::compile(json::parse(text, {}, parsing));
    return result ? "" : result.error().reason;
  };
  CAF_CHECK_EQUAL(depth_refusal(63), "");
  CAF_CHECK_EQUAL(depth_refusal(64), "more than 64 schemas in each other");
  schema_options options;
  options.max_subschemas = 3;
  const auto small = json_schema::compile(json::parse(R"({"allOf": [true, true]})"), options);
  CAF_CHECK(small.has_value());
  const auto large = json_schema::compile(json::parse(R"({"allOf": [true, true, true]})"), options);
  CAF_REQUIRE(large.has_error());
  CAF_CHECK_EQUAL(to_string(large.error()), "/allOf/2: more than 3 subschemas");
}

CAF_TEST(hostile_patterns_are_linear_or_refused) {
  const auto schema = json::parse(R"x({"pattern": "^(a+)+$"})x");
  CAF_CHECK(first_violation(schema, json::value(std::string(50'000, 'a') + "b"))
                .starts_with("must match the pattern"));
  const auto huge =
      json_schema::compile(json::parse(R"x({"pattern": "((a{1,1000}){1,1000}){1,1000}"})x"));
  CAF_REQUIRE(huge.has_error());
  CAF_CHECK(huge.error().reason.find("RE2 cannot run it") != std::string::npos);
}
