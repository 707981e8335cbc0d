#include "troupe/protocol/param_headers.hpp"

#define CAF_SUITE param_headers
#include "caf/test/unit_test.hpp"

#include "troupe/protocol/document.hpp"
#include "troupe/protocol/http_gate.hpp"

using namespace troupe::protocol;
using namespace std::string_literals;

namespace {

json::object parse(std::string_view text) {
  return parse_value(text).value().as_object();
}

/// The message of the problem; empty when there is none.
std::string problem(std::string_view schema) {
  const auto result = find_param_headers(parse(schema));
  return result ? std::string() : result.error().message;
}

std::string property(std::string_view schema) {
  return R"({"type":"object","properties":{"p":)" + std::string(schema) + "}}";
}

// One tool with a property of each type, one of them nested.
const std::vector<param_header>& expected() {
  static const auto result = find_param_headers(parse(R"({
    "type": "object",
    "properties": {
      "region": {"type": "string", "x-mcp-header": "Region"},
      "count": {"type": "integer", "x-mcp-header": "Count"},
      "where": {"type": "object", "properties": {
        "dry": {"type": "boolean", "x-mcp-header": "Dry-Run"}}},
      "other": {"type": "string"}
    }})"))
                                 .value();
  return result;
}

/// The error's code, 0 when the call may go on.
int check(std::string_view fields, std::string_view arguments) {
  const auto bytes = "POST /mcp HTTP/1.1\r\nHost: localhost\r\n" + std::string(fields) + "\r\n";
  head_gate gate;
  CAF_REQUIRE(gate.check(bytes).state == gate_state::complete);
  const auto object = parse(arguments);
  const auto error = check_param_headers(expected(), &object, gate.head());
  CAF_CHECK(!error || error->message.find("Mcp-Param-") == 0);
  return error ? error->code : 0;
}

std::string count(std::string_view value) {
  return "Mcp-Param-Count: " + std::string(value) + "\r\n";
}

} // namespace

CAF_TEST(annotations_are_found_with_their_paths_in_order) {
  CAF_REQUIRE_EQUAL(expected().size(), 3u);
  CAF_CHECK_EQUAL(expected()[0].name, "Region"s);
  CAF_CHECK(expected()[0].path == std::vector{"region"s});
  CAF_CHECK_EQUAL(expected()[1].name, "Count"s);
  CAF_CHECK_EQUAL(expected()[2].name, "Dry-Run"s);
  CAF_CHECK(expected()[2].path == (std::vector{"where"s, "dry"s}));
  CAF_CHECK(find_param_headers({}).value().empty());
}

CAF_TEST(a_property_or_a_text_of_that_name_is_no_annotation) {
  for (const auto* schema : {
           R"({"properties":{"x-mcp-header":{"type":"string"}}})",
           R"({"properties":{"const":{"type":"string","x-mcp-header":"A"}}})",
           R"({"$defs":{"x-mcp-header":{"type":"string"}}})",
           R"({"const":{"x-mcp-header":"A"}})",
           R"({"default":{"x-mcp-header":"A"},"examples":[{"x-mcp-header":"A"}]})",
           R"({"enum":[{"x-mcp-header":"A"}],"required":["x-mcp-header"]})",
           R"({"dependencies":{"a":["x-mcp-header"]}})",
       })
    CAF_CHECK_EQUAL(problem(schema), ""s);
}

CAF_TEST(a_name_must_be_a_token) {
  for (const auto* name : {R"("")", R"("a b")", R"("a:b")", R"("a\r\nb")", R"("ä")", R"("a\u0000")",
                           "\"(a)\"", "1", "true", "null", "{}", R"(["A"])"}) {
    const auto text = problem(property(R"({"type":"string","x-mcp-header":)"s + name + "}"));
    CAF_CHECK(text.starts_with("input schema, at #/properties/p: x-mcp-header must be a "));
  }
  CAF_CHECK_EQUAL(problem(property(R"({"type":"string","x-mcp-header":"a!#$%&'*+-.^_`|~9"})")),
                  ""s);
}

CAF_TEST(names_differ_in_more_than_case) {
  const auto text = problem(R"({"properties":{
    "a":{"type":"string","x-mcp-header":"Region"},
    "b":{"properties":{"c":{"type":"string","x-mcp-header":"REGION"}}}}})");
  CAF_CHECK_EQUAL(text,
                  "input schema, at #/properties/b/properties/c: x-mcp-header 'REGION' is used "
                  "by another property; names must differ in more than case"s);
}

CAF_TEST(only_integers_texts_and_booleans_are_annotated) {
  for (const auto* type : {R"("number")", R"("object")", R"("array")", R"("null")",
                           R"(["string","null"])", R"(["string"])", "1"})
    CAF_CHECK(!problem(property(R"({"x-mcp-header":"A","type":)"s + type + "}")).empty());
  CAF_CHECK(!problem(property(R"({"x-mcp-header":"A"})")).empty());
  CAF_CHECK(!problem(property(R"({"x-mcp-header":"A","$ref":"#/$defs/text"})")).empty());
  for (const auto* type : {"string", "integer", "boolean"})
    CAF_CHECK_EQUAL(problem(property(R"({"x-mcp-header":"A","type":")"s + type + "\"}")), ""s);
}

CAF_TEST(an_annotation_is_reached_through_properties_alone) {
  const std::string annotated = R"({"type":"string","x-mcp-header":"A"})";
  const std::string inside = R"({"properties":{"a":)" + annotated + "}}";
  CAF_CHECK(problem(annotated).starts_with("input schema, at #: x-mcp-header may only stand"));
  for (const auto* place : {"items", "additionalProperties", "contains", "not", "if", "then",
                            "else", "propertyNames", "unevaluatedProperties", "unevaluatedItems",
                            "contentSchema", "additionalItems", "x-unknown"}) {
    CAF_CHECK(!problem(R"({")"s + place + "\":" + inside + "}").empty());
    CAF_CHECK(!problem(property(R"({")"s + place + "\":" + annotated + "}")).empty());
  }
  for (const auto* place : {"allOf", "anyOf", "oneOf", "prefixItems", "items", "x-unknown"})
    CAF_CHECK(!problem(R"({")"s + place + "\":[{}," + inside + "]}").empty());
  for (const auto* place :
       {"$defs", "definitions", "patternProperties", "dependentSchemas", "dependencies"}) {
    CAF_CHECK(!problem(R"({")"s + place + "\":{\"d\":" + annotated + "}}").empty());
    CAF_CHECK(!problem(R"({")"s + place + "\":{\"d\":" + inside + "}}").empty());
  }
  CAF_CHECK_EQUAL(problem(property(inside)), ""s);
}

CAF_TEST(a_schema_is_bounded) {
  json::object many;
  for (int i = 0; i < 33; ++i)
    many["p" + std::to_string(i)] =
        json::object{{"type", "string"}, {"x-mcp-header", "H" + std::to_string(i)}};
  CAF_CHECK(find_param_headers({{"properties", many}}).has_error());
  many.erase("p32");
  CAF_CHECK_EQUAL(find_param_headers({{"properties", many}}).value().size(), 32u);
  json::object deep;
  for (int i = 0; i < 100; ++i)
    deep = json::object{{"not", std::move(deep)}};
  CAF_CHECK(find_param_headers(deep).has_error());
  json::array arrays;
  for (int i = 0; i < 100; ++i) {
    json::array outer; // braces around one array may mean the array itself
    outer.emplace_back(std::move(arrays));
    arrays = std::move(outer);
  }
  CAF_CHECK(find_param_headers({{"items", arrays}}).has_error());
}

CAF_TEST(headers_that_repeat_the_arguments_pass) {
  CAF_CHECK_EQUAL(check("Mcp-Param-Region: eu\r\nmcp-param-COUNT: 5\r\nMCP-PARAM-DRY-RUN: true\r\n",
                        R"({"region":"eu","count":5,"where":{"dry":true},"other":"x"})"),
                  0);
  CAF_CHECK_EQUAL(check("Mcp-Param-Region: =?base64?5LiW?=\r\n", R"({"region":"世"})"), 0);
  CAF_CHECK_EQUAL(check("Mcp-Param-Region:\r\n", R"({"region":""})"), 0);
  CAF_CHECK_EQUAL(check("Mcp-Param-Dry-Run: false\r\n", R"({"where":{"dry":false}})"), 0);
  CAF_CHECK_EQUAL(check("Mcp-Param-Unknown: 1\r\n", "{}"), 0);
}

CAF_TEST(no_value_means_no_header) {
  for (const auto* arguments : {"{}", R"({"region":null})", R"({"where":{"dry":null}})",
                                R"({"where":{}})", R"({"where":null})", R"({"where":"text"})"}) {
    CAF_CHECK_EQUAL(check("", arguments), 0);
    CAF_CHECK_EQUAL(check("Mcp-Param-Region: eu\r\n", arguments), error_code::header_mismatch);
    CAF_CHECK_EQUAL(check("Mcp-Param-Dry-Run: true\r\n", arguments), error_code::header_mismatch);
  }
  head_gate gate;
  const std::string bytes = "POST /mcp HTTP/1.1\r\nHost: localhost\r\nMcp-Param-Region: a\r\n\r\n";
  CAF_REQUIRE(gate.check(bytes).state == gate_state::complete);
  CAF_CHECK(check_param_headers(expected(), nullptr, gate.head()));
  CAF_CHECK(!check_param_headers({}, nullptr, gate.head()));
}

CAF_TEST(a_value_without_its_header_is_refused) {
  for (const auto* arguments :
       {R"({"region":"eu"})", R"({"count":0})", R"({"where":{"dry":false}})", R"({"region":""})",
        R"({"region":["eu"]})"})
    CAF_CHECK_EQUAL(check("", arguments), error_code::header_mismatch);
}

CAF_TEST(a_header_that_differs_or_is_badly_encoded_is_refused) {
  for (const auto* value : {"EU", "eu-1", "", "e", "\"eu\"", "=?base64?ZXU?=", "=?base64?ZXV=?=",
                            "=?base64?!!?=", "=?base64?/w==?=", "\xC3\xBC", "ZXU="})
    CAF_CHECK_EQUAL(check("Mcp-Param-Region: "s + value + "\r\n", R"({"region":"eu"})"),
                    error_code::header_mismatch);
  for (const auto* value : {"TRUE", "True", "1", "yes", "false", ""})
    CAF_CHECK_EQUAL(check("Mcp-Param-Dry-Run: "s + value + "\r\n", R"({"where":{"dry":true}})"),
                    error_code::header_mismatch);
  CAF_CHECK_EQUAL(check("Mcp-Param-Region: [1]\r\n", R"({"region":[1]})"),
                  error_code::header_mismatch);
  CAF_CHECK_EQUAL(check("Mcp-Param-Region: {}\r\n", R"({"region":{}})"),
                  error_code::header_mismatch);
}

CAF_TEST(numbers_compare_by_value) {
  for (const auto* value : {"42", "42.0", "4.2e1", "420e-1", "=?base64?NDI=?="})
    for (const auto* body : {R"({"count":42})", R"({"count":42.0})"})
      CAF_CHECK_EQUAL(check(count(value), body), 0);
  CAF_CHECK_EQUAL(check(count("-7"), R"({"count":-7})"), 0);
  CAF_CHECK_EQUAL(check(count("-0"), R"({"count":0})"), 0);
  for (const auto* value :
       {"43", "-42", "042", "+42", "0x2A", "42.", "42 ", "4 2", "42a", "forty", "", "NaN", "42.5",
        "=?base64?NDIg?=", "=?base64?IDQy?=", "1e999", "\"42\""})
    if (std::string(value) != "42 ") // http_gate drops white space at the end
      CAF_CHECK_EQUAL(check(count(value), R"({"count":42})"), error_code::header_mismatch);
}

CAF_TEST(numbers_that_a_double_cannot_tell_apart_are_refused) {
  CAF_CHECK_EQUAL(check(count("9007199254740991"), R"({"count":9007199254740991})"), 0);
  CAF_CHECK_EQUAL(check(count("-9007199254740991"), R"({"count":-9007199254740991})"), 0);
  for (const auto* number : {"9007199254740992", "-9007199254740992", "9007199254740993",
                             "18446744073709551615", "1e300"})
    CAF_CHECK_EQUAL(check(count(number), R"({"count":)"s + number + "}"),
                    error_code::header_mismatch);
}
