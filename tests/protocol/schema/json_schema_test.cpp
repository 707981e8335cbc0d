#include "troupe/protocol/json_schema.hpp"

#define CAF_SUITE json_schema
#include "caf/test/unit_test.hpp"

using namespace troupe::protocol;

namespace {

json_schema_ptr compiled(std::string_view schema, const schema_options& options = {}) {
  return json_schema::compile(json::parse(schema), options).value();
}

// "pointer: reason", or "accepted".
std::string refusal(std::string_view schema, const schema_options& options = {}) {
  const auto result = json_schema::compile(json::parse(schema), options);
  return result ? "accepted" : to_string(result.error());
}

// All violations, one a line.
std::string violations(std::string_view schema, std::string_view instance) {
  std::string text;
  for (const auto& broken : compiled(schema)->check(json::parse(instance)))
    text += (text.empty() ? "" : "\n") + to_string(broken);
  return text;
}

struct sentence_row {
  const char* schema;
  const char* instance;
  const char* expected;
};

void check_sentences(std::initializer_list<sentence_row> table) {
  for (const auto& [schema, instance, expected] : table)
    CAF_CHECK_EQUAL(violations(schema, instance), std::string(expected));
}

} // namespace

CAF_TEST(a_violation_says_where_what_was_expected_and_what_was_found) {
  check_sentences({
      {R"({"properties": {"age": {"minimum": 18}}})", R"({"age": 12})",
       "/age: must be at least 18, is 12"},
      {R"({"type": "string"})", "12", "must be a string, is 12"},
      {R"({"type": ["integer", "null"]})", "1.5", "must be an integer or null, is 1.5"},
      {R"({"exclusiveMaximum": 3})", "3", "must be less than 3, is 3"},
      {R"({"multipleOf": 5})", "7", "must be a multiple of 5, is 7"},
      {R"({"items": {"minLength": 2}})", R"(["ab", "é"])",
       "/1: must have at least 2 characters, has 1"},
      {R"({"maxLength": 1})", R"("ab")", "must have at most 1 character, has 2"},
      {R"({"pattern": "^a/b$"})", R"("c")", R"(must match the pattern "^a/b$", is "c")"},
      {R"({"const": {"a": 1}})", "2", "must be the value in the schema, is 2"},
      {R"({"minItems": 1})", "[]", "must have at least 1 item, has 0"},
      {R"({"maxProperties": 1})", R"({"a": 1, "b": 2})", "must have at most 1 property, has 2"},
      {R"({"uniqueItems": true})", "[1, 2, 1.0]",
       "must have no equal items, but items 0 and 2 are equal"},
      {R"({"contains": {"const": 1}})", "[2]",
       R"(must have at least 1 item as "contains" says, has 0)"},
      {R"({"not": {"type": "null"}})", "null", R"(must not match the schema in "not")"},
      {"false", "1", "is not allowed"},
  });
}

CAF_TEST(names_are_told_and_near_ones_suggested) {
  check_sentences({
      {R"({"required": ["name", "age"]})", R"({"age": 1})", R"(the property "name" is missing)"},
      {R"({"dependentRequired": {"a": ["b"]}})", R"({"a": 1})",
       R"(the property "b" is missing; "a" needs it)"},
      {R"({"properties": {"name": true, "age": true}, "additionalProperties": false})",
       R"({"nmae": 1})", R"(the property "nmae" is not known; did you mean "name"?)"},
      {R"({"properties": {"name": true, "age": true}, "additionalProperties": false})",
       R"({"colour": 1})", R"(the property "colour" is not known; known are "age", "name")"},
      {R"({"properties": {"a": true}, "unevaluatedProperties": false})", R"({"a": 1, "b": 2})",
       R"(the property "b" is not known)"},
      {R"({"propertyNames": {"maxLength": 2}})", R"({"abc": 1})",
       R"(the property name "abc" is not allowed: it must have at most 2 characters, has 3)"},
      {R"({"enum": ["red", "green"]})", R"("gren")",
       R"(must be one of "red", "green", is "gren"; did you mean "green"?)"},
  });
}

CAF_TEST(of_several_schemas_the_nearest_is_told) {
  check_sentences({
      {R"({"anyOf": [{"type": "string"}, {"properties": {"a": {"type": "string"}}, "type": "object"}]})",
       R"({"a": 1})",
       "must match at least one of 2 schemas; the nearest is number 2: /a: must be a string, is 1"},
      {R"({"oneOf": [{"minimum": 1}, {"type": "string"}, {"maximum": 5}]})", "3",
       "must match exactly one of 3 schemas, matches number 1 and number 3"},
  });
}

CAF_TEST(violations_are_collected_up_to_a_number) {
  const auto schema = compiled(R"({"items": {"type": "string"}})");
  const auto instance = json::parse("[1, 2, 3, 4, 5, 6, 7]");
  CAF_CHECK_EQUAL(schema->check(instance).size(), 5u);
  CAF_CHECK_EQUAL(schema->check(instance, 2).size(), 2u);
  CAF_CHECK_EQUAL(schema->check(instance, 0).size(), 1u);
}

CAF_TEST(a_violation_names_the_keyword_by_its_place_in_the_schema) {
  const auto schema =
      compiled(R"({"properties": {"a/b": {"$ref": "#/$defs/x"}}, "$defs": {"x": {"minimum": 3}}})");
  const auto found = schema->check(json::parse(R"({"a/b": 1})"));
  CAF_REQUIRE_EQUAL(found.size(), 1u);
  CAF_CHECK_EQUAL(found[0].instance, std::string("/a~1b"));
  CAF_CHECK_EQUAL(found[0].keyword, std::string("/$defs/x/minimum"));
}

CAF_TEST(a_schema_that_cannot_be_used_is_refused_with_its_place) {
  const std::pair<const char*, const char*> table[] = {
      {"5", "a schema must be an object, true or false"},
      {R"({"items": {"minimum": "1"}})", "/items/minimum: must be a number"},
      {R"({"properties": {"a": {"maxLength": -1}}})",
       "/properties/a/maxLength: must be an integer of at least 0"},
      {R"({"$defs": {"unused": {"minimum": "1"}}})", "/$defs/unused/minimum: must be a number"},
      {R"({"type": "text"})",
       "/type: must be one or several of \"null\", \"boolean\", \"integer\", \"number\", "
       "\"string\", \"array\", \"object\""},
      {R"({"required": "a"})", "/required: must be an array of names"},
      {R"({"allOf": []})", "/allOf: must be an array of at least one schema"},
      {R"({"properties": []})", "/properties: must be an object whose members are schemas"},
      {R"({"not": 1})", "/not: a schema must be an object, true or false"},
      {R"({"multipleOf": 0})", "/multipleOf: must be greater than 0"},
      {R"({"$anchor": "1"})", "/$anchor: must be a name of letters, digits, '-', '_' and '.'"},
      {R"({"$id": "http://a/#b"})", "/$id: must have no fragment; use $anchor for it"},
      {R"({"$defs": {"a": {"$anchor": "x"}, "b": {"$anchor": "x"}}})",
       "/$defs/b/$anchor: another subschema has the same anchor \"x\""},
      {R"({"$defs": {"a": {"$id": "x"}, "b": {"$id": "x"}}})",
       "/$defs/b/$id: another schema has the same URI \"x\""},
      {R"x({"pattern": "a(?=b)"})x", "/pattern: cannot use the pattern \"a(?=b)\": at byte 1, "
                                     "look-ahead cannot be run in linear time"},
  };
  for (const auto& [schema, expected] : table)
    CAF_CHECK_EQUAL(refusal(schema), std::string(expected));
}

CAF_TEST(a_reference_that_leads_nowhere_is_refused_and_never_fetched) {
  CAF_CHECK_EQUAL(refusal(R"({"$ref": "#/$defs/a"})"),
                  std::string("/$ref: refers to \"/$defs/a\", which is not there"));
  CAF_CHECK_EQUAL(refusal(R"({"$ref": "#a"})"),
                  std::string("/$ref: refers to the anchor \"a\", which is not there"));
  CAF_CHECK_EQUAL(
      refusal(R"({"$ref": "http://example.com/a.json"})"),
      std::string(
          "/$ref: refers to \"http://example.com/a.json\", which is not in this schema; nothing is "
          "fetched, so put it into $defs with this URI as its $id"));
}

CAF_TEST(registered_documents_are_found_and_their_problems_placed) {
  schema_documents documents;
  documents.emplace("http://example.com/a.json",
                    json::parse(R"({"$defs": {"b": {"type": "string"}}})"));
  documents.emplace("http://example.com/bad.json", json::parse(R"({"items": {"type": 1}})"));
  schema_options options;
  options.documents = &documents;
  const auto schema =
      compiled(R"({"$id": "http://example.com/main", "$ref": "a.json#/$defs/b"})", options);
  CAF_CHECK(schema->accepts(json::parse(R"("x")")));
  CAF_CHECK(!schema->accepts(json::parse("1")));
  CAF_CHECK(refusal(R"({"$ref": "http://example.com/bad.json"})", options)
                .starts_with("http://example.com/bad.json#/items/type: must be"));
}

CAF_TEST(the_draft_follows_from_the_schema_and_2020_12_is_the_default) {
  // Siblings of $ref count only from 2019-09 on; an array of items only before 2020-12.
  const auto with_sibling = [](std::string dialect) {
    return "{" + dialect +
           R"("$ref": "#/definitions/a", "maximum": 3, "definitions": {"a": {"minimum": 1}}})";
  };
  CAF_CHECK(!compiled(with_sibling(""))->accepts(json::value(5)));
  CAF_CHECK(!compiled(with_sibling(R"("$schema": "https://json-schema.org/draft/2020-12/schema",)"))
                 ->accepts(json::value(5)));
  for (auto uri :
       {"http://json-schema.org/draft-07/schema#", "http://json-schema.org/draft-07/schema",
        "https://json-schema.org/draft-07/schema"})
    CAF_CHECK(compiled(with_sibling(R"("$schema": ")" + std::string(uri) + R"(",)"))
                  ->accepts(json::value(5)));
  schema_options options;
  options.default_draft = schema_draft::draft_07;
  CAF_CHECK(compiled(with_sibling(""), options)->accepts(json::value(5)));
  CAF_CHECK_EQUAL(refusal(R"({"items": [true]})"),
                  std::string("/items: a schema must be an object, true or false"));
  CAF_CHECK_EQUAL(refusal(R"({"items": [true]})", options), std::string("accepted"));
}

CAF_TEST(an_embedded_resource_may_be_of_another_draft) {
  const auto schema = compiled(R"({
    "$ref": "http://example.com/old",
    "$defs": {"old": {"$schema": "http://json-schema.org/draft-07/schema#", "$id": "http://example.com/old",
                      "items": [{"type": "string"}], "additionalItems": false}}})");
  CAF_CHECK(schema->accepts(json::parse(R"(["a"])")));
  CAF_CHECK(!schema->accepts(json::parse(R"(["a", "b"])")));
}

CAF_TEST(an_unknown_dialect_is_refused) {
  CAF_CHECK_EQUAL(refusal(R"({"$schema": "http://json-schema.org/draft-04/schema#"})"),
                  std::string("/$schema: the dialect \"http://json-schema.org/draft-04/schema\" is "
                              "not known; known are "
                              "\"https://json-schema.org/draft/2020-12/schema\" and "
                              "\"http://json-schema.org/draft-07/schema#\""));
  schema_documents documents;
  documents.emplace("http://example.com/meta", json::parse(R"({
    "$schema": "https://json-schema.org/draft/2020-12/schema", "$vocabulary": {"http://example.com/units": true}})"));
  schema_options options;
  options.documents = &documents;
  CAF_CHECK_EQUAL(
      refusal(R"({"$schema": "http://example.com/meta"})", options),
      std::string("/$schema: its meta-schema \"http://example.com/meta\" requires the vocabulary "
                  "\"http://example.com/units\", which is not known here"));
}

CAF_TEST(formats_are_annotations_unless_they_are_asked_for) {
  const auto schema = json::parse(R"({"format": "ipv4"})");
  const auto instance = json::parse(R"("1.2.3")");
  CAF_CHECK(json_schema::compile(schema).value()->accepts(instance));
  schema_options options;
  options.assert_formats = true;
  const auto found = json_schema::compile(schema, options).value()->check(instance);
  CAF_REQUIRE_EQUAL(found.size(), 1u);
  CAF_CHECK_EQUAL(to_string(found[0]), std::string(R"(must be an IPv4 address, is "1.2.3")"));
}

CAF_TEST(a_schema_may_be_used_after_what_it_came_from_is_gone) {
  json_schema_ptr schema;
  {
    const auto text = std::string(R"({"enum": ["a", {"b": [1]}], "pattern": "^a"})");
    schema = compiled(text);
  }
  CAF_CHECK(schema->accepts(json::parse(R"({"b": [1.0]})")));
  CAF_CHECK(!schema->accepts(json::parse(R"("b")")));
}
