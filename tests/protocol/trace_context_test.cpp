#include "troupe/protocol/trace_context.hpp"

#define CAF_SUITE trace_context
#include "caf/test/unit_test.hpp"

#include "troupe/protocol/document.hpp"

using namespace troupe::protocol;
using namespace std::string_literals;

namespace {

const std::string parent = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01";

std::string repeated(std::string_view text, std::size_t count) {
  std::string result;
  for (std::size_t i = 0; i < count; ++i)
    result += text;
  return result;
}

} // namespace

CAF_TEST(a_traceparent_has_four_fields_of_lower_case_digits) {
  CAF_CHECK(is_traceparent(parent));
  CAF_CHECK(is_traceparent("cc" + parent.substr(2)));
  CAF_CHECK(is_traceparent("01" + parent.substr(2) + "-what-the-future-brings"));
  for (const auto& text :
       {""s, "00"s, parent.substr(1), parent.substr(0, 54), parent + "-", parent + "-00",
        parent + " ", " " + parent, "ff" + parent.substr(2), "0g" + parent.substr(2),
        "01" + parent.substr(2) + "x", "01" + parent.substr(2) + "-\n",
        "00-" + std::string(32, '0') + parent.substr(35),
        parent.substr(0, 36) + std::string(16, '0') + "-01", "00_" + parent.substr(3),
        parent.substr(0, 35) + "_" + parent.substr(36), parent.substr(0, 52) + "_01",
        parent.substr(0, 53) + "0G", "00-0AF7651916CD43DD8448EB211C80319C-00f067aa0ba902b7-01"s})
    CAF_CHECK(!is_traceparent(text));
}

CAF_TEST(the_parts_of_a_traceparent_are_told) {
  const auto context = make_trace_context(parent, "", "");
  CAF_CHECK_EQUAL(context.trace_id(), "0af7651916cd43dd8448eb211c80319c"s);
  CAF_CHECK_EQUAL(context.parent_id(), "00f067aa0ba902b7"s);
  CAF_CHECK(context.is_sampled());
  CAF_CHECK(!make_trace_context(parent.substr(0, 53) + "0e", "", "").is_sampled());
  CAF_CHECK(make_trace_context(parent.substr(0, 53) + "ab", "", "").is_sampled());
  CAF_CHECK(trace_context{}.trace_id().empty() && trace_context{}.parent_id().empty());
  CAF_CHECK(!trace_context{}.is_sampled() && trace_context{}.empty());
}

CAF_TEST(a_tracestate_is_a_list_of_vendors) {
  for (const auto& text : {"rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"s, "a=1"s, "a=1, b=2\t,\tc=3"s,
                           "a=1,,b=2,"s, "0tenant@vendor=x"s, "a_-*/9=!~ x"s, "a= x"s,
                           std::string(256, 'a') + "=" + std::string(256, 'v'),
                           std::string(241, '1') + "@" + std::string(14, 'v') + "=x"})
    CAF_CHECK(is_tracestate(text));
  for (const auto& text : {""s,
                           ","s,
                           " "s,
                           "a"s,
                           "a="s,
                           "=1"s,
                           "A=1"s,
                           "1a=1"s,
                           "a=1,a=2"s,
                           "a=1=2"s,
                           "a =1"s,
                           "a=\x7F"s,
                           "a=\n1"s,
                           "a@=1"s,
                           "@a=1"s,
                           "a@1=1"s,
                           "a@b@c=1"s,
                           std::string(257, 'a') + "=1",
                           "a=" + std::string(257, 'v'),
                           std::string(242, 'a') + "@b=1",
                           "a@" + std::string(15, 'b') + "=1"})
    CAF_CHECK(!is_tracestate(text));
  std::string members;
  for (int i = 0; i < 32; ++i)
    members += "k" + std::to_string(i) + "=v,";
  CAF_CHECK(is_tracestate(members));
  CAF_CHECK(!is_tracestate(members + "one=more"));
}

CAF_TEST(baggage_is_a_list_of_pairs_with_properties) {
  for (const auto& text :
       {"userId=alice"s, "a=1,b=2"s, "a = 1 ; p = x ; q , b=2"s, "a="s,
        "SomeKey=SomeValue;ValueProp=PropVal"s, "serverNode=DF%2028,isProduction=false"s, "a=b=c"s})
    CAF_CHECK(is_baggage(text));
  for (const auto& text :
       {""s, ","s, "a"s, "=1"s, "a=1,"s, ",a=1"s, "a=1,,b=2"s, "a=\"1\""s, "a=1 2"s, "a=1;"s,
        "a=1;;p"s, "a b=1"s, "a=\xC3\xA9"s, "a=\\"s, "a=1\n"s})
    CAF_CHECK(!is_baggage(text));
  CAF_CHECK(is_baggage(repeated("a=1,", 63) + "a=1"));
  CAF_CHECK(!is_baggage(repeated("a=1,", 64) + "a=1"));
  CAF_CHECK(is_baggage("a=" + std::string(8190, 'x')));
  CAF_CHECK(!is_baggage("a=" + std::string(8191, 'x')));
}

CAF_TEST(what_is_malformed_is_absent) {
  const auto read = [](const std::string& meta) {
    const auto params = parse_value(R"({"name":"x","_meta":)" + meta + "}").value().as_object();
    const auto context = trace_context_of(&params);
    return std::string(context.traceparent) + "|" + std::string(context.tracestate) + "|" +
           std::string(context.baggage);
  };
  CAF_CHECK_EQUAL(read(R"({"traceparent":")" + parent + R"(","tracestate":"a=1","baggage":"b=2"})"),
                  parent + "|a=1|b=2");
  CAF_CHECK_EQUAL(read(R"({"traceparent":")" + parent + R"(","tracestate":"A","baggage":7})"),
                  parent + "||");
  CAF_CHECK_EQUAL(read(R"({"traceparent":"00","tracestate":"a=1","baggage":"b=2"})"), "||b=2"s);
  CAF_CHECK_EQUAL(read(R"({"tracestate":"a=1"})"), "||"s);
  CAF_CHECK_EQUAL(read(R"({"traceparent":null})"), "||"s);
  CAF_CHECK_EQUAL(read("[]"), "||"s);
  CAF_CHECK(trace_context_of(nullptr).empty());
  const json::object none;
  CAF_CHECK(trace_context_of(&none).empty());
}

CAF_TEST(a_log_line_names_the_trace) {
  std::string line;
  append_trace_id(line, {});
  CAF_CHECK_EQUAL(line, ""s);
  append_trace_id(line, make_trace_context(parent, "", ""));
  CAF_CHECK_EQUAL(line, "trace_id=0af7651916cd43dd8448eb211c80319c"s);
}
