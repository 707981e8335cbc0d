#include "troupe/protocol/document.hpp"

#define CAF_SUITE document
#include "caf/test/unit_test.hpp"

#include "troupe/protocol/encode.hpp"

#include <string>
#include <thread>
#include <vector>

using namespace troupe::protocol;

namespace {

struct refusal {
  std::string text;
  int code;
  std::string in_message;
};

std::string repeat(std::string_view text, std::size_t times) {
  std::string result;
  for (std::size_t i = 0; i < times; ++i)
    result += text;
  return result;
}

void check_refusals(const std::vector<refusal>& table, const parse_limits& limits = {}) {
  for (const auto& row : table) {
    CAF_MESSAGE(row.text.substr(0, 80));
    const auto parsed = document::parse(row.text, limits);
    CAF_REQUIRE(parsed.has_error());
    CAF_CHECK_EQUAL(parsed.error().error.code, row.code);
    CAF_CHECK(parsed.error().error.message.find(row.in_message) != std::string::npos);
  }
}

std::string encoded(const json::value& value) {
  std::string out;
  append_json(out, value);
  return out;
}

} // namespace

CAF_TEST(what_is_not_json_or_not_utf8_is_a_parse_error_with_its_position) {
  check_refusals({{"", error_code::parse_error, "at byte 0"},
                  {"{", error_code::parse_error, "invalid JSON"},
                  {"{} x", error_code::parse_error, "at byte 3"},
                  {"{}{}", error_code::parse_error, "at byte 2"},
                  {"[1,]", error_code::parse_error, "at byte 3"},
                  {"{\"a\":1,}", error_code::parse_error, "at byte 7"},
                  {"{'a':1}", error_code::parse_error, "at byte 1"},
                  {"// comment\n{}", error_code::parse_error, "at byte 0"},
                  {"\xEF\xBB\xBF{}", error_code::parse_error, "at byte 0"},
                  {"\"\xC3\x28\"", error_code::parse_error, "invalid JSON"},
                  {"\"\xED\xA0\x80\"", error_code::parse_error, "invalid JSON"},
                  {"\"\\ud800\"", error_code::parse_error, "invalid JSON"},
                  {"\"a\nb\"", error_code::parse_error, "invalid JSON"},
                  {"01", error_code::parse_error, "invalid JSON"},
                  {"NaN", error_code::parse_error, "invalid JSON"},
                  {"[1", error_code::parse_error, "invalid JSON"}});
}

CAF_TEST(limits_are_kept_exactly) {
  parse_limits limits;
  limits.max_depth = 3;
  limits.max_values = 5;
  limits.max_members = 2;
  for (const auto* text : {"[[[]]]", "[1,2,3,4]", R"({"a":1,"b":2})"}) {
    CAF_MESSAGE(text);
    CAF_CHECK(document::parse(text, limits).has_value());
  }
  check_refusals({{"[[[[]]]]", error_code::invalid_request, "deeper than 3"},
                  {"[1,2,3,4,5]", error_code::invalid_request, "more than 5"},
                  {R"({"a":1,"b":2,"c":3})", error_code::invalid_request, "more than 2 members"}},
                 limits);
  check_refusals({{repeat("[", 100'000), error_code::invalid_request, "deeper than 32"},
                  {"1e400", error_code::invalid_request, "range of a double"}});
}

CAF_TEST(duplicates_are_refused_where_they_could_be_read_in_two_ways) {
  check_refusals(
      {{R"({"id":1,"id":2})", error_code::invalid_request, "in the message"},
       {R"({"params":{"a":1},"params":{"a":1}})", error_code::invalid_request, "in the message"},
       {R"({"params":{"a":1,"a":1}})", error_code::invalid_request, "in params:"},
       {R"({"params":{"a":1,"\u0061":1}})", error_code::invalid_request, "in params:"},
       {R"({"par\u0061ms":{"a":1,"a":1}})", error_code::invalid_request, "in params:"},
       {R"({"params":{"_meta":{"v":1,"v":2}}})", error_code::invalid_request, "in params._meta"},
       {R"({"params":{"x":{"y":{}},"_meta":{"v":{},"v":2}},"z":{}})", error_code::invalid_request,
        "in params._meta"},
       {R"([{"id":1},{"id":1,"id":2}])", error_code::invalid_request, "in the message"},
       {R"([1,[{"params":{"a":1}}],{"params":{"a":1,"a":1}}])", error_code::invalid_request,
        "in params:"}});
}

CAF_TEST(duplicates_elsewhere_are_the_business_of_who_reads_them) {
  for (const auto* text :
       {R"({"params":{"arguments":{"a":1,"a":2}}})", R"({"other":{"_meta":{"v":1,"v":2}}})",
        R"({"params":[{"_meta":{"v":1,"v":2}}]})", R"({"params":{"x":{"_meta":{"v":1,"v":2}}}})",
        R"([{"params":1},[{"v":1,"v":2}],{"params":{"v":1}}])",
        R"([[{"params":{"v":1,"v":2}}]])"}) {
    CAF_MESSAGE(text);
    CAF_CHECK(document::parse(text).has_value());
  }
}

CAF_TEST(a_refused_duplicate_tells_the_id_only_where_it_is_certain) {
  const auto in_params = document::parse(R"({"id":"x","params":{"a":1,"a":1}})");
  CAF_REQUIRE(in_params.has_error());
  CAF_CHECK(in_params.error().id == request_id(std::string("x")));
  CAF_CHECK(!document::parse(R"({"id":"x","id":"y"})").error().id);
  CAF_CHECK(!document::parse(R"([{"id":"x","params":{"a":1,"a":1}}])").error().id);
}

CAF_TEST(values_are_kept_as_they_were_written) {
  for (const auto* text :
       {"null", "true", "0", "-1", "9223372036854775807", "18446744073709551615", "0.1", "95.5",
        "1.0", "2.2250738585072014e-308", "5e-324", "1.7976931348623157e+308", "123456789.12345679",
        R"("")", R"("\u0000\"\\\n")", "\"\xE2\x82\xAC\xF0\x9F\x8E\xAD\"", "[]", "{}",
        R"({"z":1,"a":[{"b":{}},null,false]})"}) {
    const auto parsed = document::parse(text);
    CAF_REQUIRE(parsed.has_value());
    CAF_CHECK_EQUAL(encoded((*parsed)->root()), text);
    const auto value = parse_value(text);
    CAF_REQUIRE(value.has_value());
    CAF_CHECK_EQUAL(encoded(*value), text);
  }
}

CAF_TEST(a_document_larger_than_its_first_buffer_is_whole) {
  const auto text =
      "[" + repeat(R"({"key":"a text that does not fit into a small string"},)", 2000) + "1]";
  const auto parsed = document::parse(text);
  CAF_REQUIRE(parsed.has_value());
  CAF_CHECK_EQUAL(encoded((*parsed)->root()), text);
}

CAF_TEST(copies_outlive_the_document_and_may_be_made_and_freed_by_other_threads) {
  json::value copy;
  {
    const auto parsed = document::parse(
        R"({"params":{"list":["a text that does not fit into a small string",{"k":[1,2,3]}]}})");
    CAF_REQUIRE(parsed.has_value());
    const document_ptr doc = *parsed;
    std::thread other([&] {
      const json::value here(doc->root().at("params"));
      copy = here;
    });
    other.join();
    json::object by_copy = doc->root().as_object();
    by_copy["more"] = "added to a copy";
    CAF_CHECK_EQUAL(by_copy.size(), 2u);
    CAF_CHECK_EQUAL(doc->root().as_object().size(), 1u);
  }
  CAF_CHECK_EQUAL(encoded(copy),
                  R"({"list":["a text that does not fit into a small string",{"k":[1,2,3]}]})");
}

CAF_TEST(parse_value_takes_duplicates_and_reports_errors) {
  CAF_CHECK(parse_value(R"({"params":{"a":1,"a":2}})").has_value());
  CAF_CHECK_EQUAL(parse_value("{").error().code, error_code::parse_error);
  CAF_CHECK(document::parse("[1]").value()->is_batch());
  CAF_CHECK(!document::parse("{}").value()->is_batch());
}
