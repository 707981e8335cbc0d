#include "troupe/protocol/encode.hpp"

#define CAF_SUITE encode
#include "caf/test/unit_test.hpp"

#include "troupe/protocol/document.hpp"
#include "troupe/protocol/json_writer.hpp"

#include <cmath>
#include <limits>
#include <string>

using namespace troupe::protocol;
using namespace std::string_view_literals;

namespace {

std::string string_of(std::string_view text) {
  std::string out;
  append_string(out, text);
  return out;
}

template<class Number>
std::string number_of(Number value) {
  std::string out;
  append_number(out, value);
  return out;
}

const request_id seven(std::int64_t{7});

} // namespace

CAF_TEST(strings_are_escaped_where_json_wants_it) {
  struct row {
    std::string_view text;
    std::string_view expected;
  };
  for (const auto& [text, expected] : {
           row{"", R"("")"},
           {"plain", R"("plain")"},
           {"a\"b", R"("a\"b")"},
           {"a\\b", R"("a\\b")"},
           {"line\nbreak\r\t", R"("line\nbreak\r\t")"},
           {"\0\x01\x1F"sv, R"("\u0000\u0001\u001f")"},
           {"\x7F/</script>", "\"\x7F/</script>\""},
           {"12345678\"", R"("12345678\"")"},
           {"1234567\"12345678", R"("1234567\"12345678")"},
           {"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x8E\xAD", "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x8E\xAD\""},
           {"\xE2\x80\xA8", "\"\xE2\x80\xA8\""},
       }) {
    CAF_CHECK_EQUAL(string_of(text), expected);
  }
}

CAF_TEST(every_byte_at_every_place_of_a_word_comes_back) {
  for (int byte = 0; byte < 0x80; ++byte) {
    for (std::size_t place = 0; place < 43;
         ++place) { // two groups of sixteen, a word, single bytes
      std::string text(43, 'x');
      text[place] = static_cast<char>(byte);
      const auto out = string_of(text);
      CAF_REQUIRE(out.find('\n') == std::string::npos);
      CAF_REQUIRE_EQUAL(std::string(parse_value(out).value().as_string()), text);
    }
  }
}

CAF_TEST(characters_of_several_bytes_come_back_from_every_place) {
  for (const auto character : {"\xC3\xA9"sv, "\xE2\x82\xAC"sv, "\xF0\x9F\x8E\xAD"sv}) {
    for (std::size_t place = 0; place < 36; ++place) {
      std::string text(36, 'x');
      text.insert(place, character);
      text += '"';
      CAF_REQUIRE_EQUAL(std::string(parse_value(string_of(text)).value().as_string()), text);
    }
  }
}

CAF_TEST(a_long_text_gets_its_room_once) {
  std::string out = "before";
  append_string(out, std::string(100'000, 'x'));
  const auto room = out.capacity();
  out += "]}}";
  CAF_CHECK_EQUAL(out.capacity(), room);
  CAF_CHECK(room < 110'000);
}

CAF_TEST(bytes_that_are_no_utf8_become_replacement_characters) {
  struct row {
    std::string_view text;
    std::string_view expected;
  };
  const auto replaced = "\xEF\xBF\xBD"sv;
  for (const auto& [text, expected] : {
           row{"\xFF", "?"},
           {"a\x80z", "a?z"},
           {"\xC0\xAF", "??"},
           {"\xED\xA0\x80", "???"},
           {"\xF4\x90\x80\x80", "????"},
           {"\xE2\x82", "??"},
           {"\xE2\x82\"", "??\\\""},
       }) {
    std::string wanted = "\"";
    for (const char c : expected)
      wanted += c == '?' ? std::string(replaced) : std::string(1, c);
    wanted += '"';
    CAF_CHECK_EQUAL(string_of(text), wanted);
    CAF_CHECK(parse_value(string_of(text)).has_value());
  }
}

CAF_TEST(numbers_read_back_as_the_same_value_of_the_same_kind) {
  CAF_CHECK_EQUAL(number_of(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  CAF_CHECK_EQUAL(number_of(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
  CAF_CHECK_EQUAL(number_of(95.5), "95.5");
  CAF_CHECK_EQUAL(number_of(1.0), "1.0");
  CAF_CHECK_EQUAL(number_of(-0.0), "-0.0");
  CAF_CHECK_EQUAL(number_of(1e300), "1e+300");
  CAF_CHECK_EQUAL(number_of(std::numeric_limits<double>::infinity()), "null");
  CAF_CHECK_EQUAL(number_of(std::nan("")), "null");
  for (const double value :
       {0.1, 1.0 / 3, 5e-324, 1.7976931348623157e308, 100.0, 1e15, 123456789012345680.0}) {
    const double read = parse_value(number_of(value)).value().as_double();
    CAF_CHECK_EQUAL(read, value);
  }
}

CAF_TEST(messages_have_the_members_json_rpc_wants_in_one_line) {
  const json::object params{{"a", 1}};
  std::string out;
  append_result(out, seven, R"({"x":"y"})"sv);
  CAF_CHECK_EQUAL(out, R"({"jsonrpc":"2.0","id":7,"result":{"x":"y"}})");
  out.clear();
  append_result(out, seven, params);
  CAF_CHECK_EQUAL(out, R"({"jsonrpc":"2.0","id":7,"result":{"a":1}})");
  out.clear();
  append_result(out, request_id(std::string("i\n")), json::value(json::object()));
  CAF_CHECK_EQUAL(out, R"({"jsonrpc":"2.0","id":"i\n","result":{}})");
  out.clear();
  append_notification(out, "test", &params);
  append_notification(out, "test", R"({"b":2})"sv);
  append_notification(out, "test", nullptr);
  append_notification(out, "test", ""sv);
  CAF_CHECK_EQUAL(out, R"({"jsonrpc":"2.0","method":"test","params":{"a":1}})"
                       R"({"jsonrpc":"2.0","method":"test","params":{"b":2}})"
                       R"({"jsonrpc":"2.0","method":"test"})"
                       R"({"jsonrpc":"2.0","method":"test"})");
  out.clear();
  append_request(out, seven, "roots/list", nullptr);
  append_request(out, seven, "roots/list", "{}"sv);
  CAF_CHECK_EQUAL(out, R"({"jsonrpc":"2.0","id":7,"method":"roots/list"})"
                       R"({"jsonrpc":"2.0","id":7,"method":"roots/list","params":{}})");
}

CAF_TEST(an_error_without_id_follows_its_era) {
  std::string out;
  append_error(out, seven, {-32602, "no \"x\"", json::object{{"uri", "u"}}});
  CAF_CHECK_EQUAL(
      out,
      R"({"jsonrpc":"2.0","id":7,"error":{"code":-32602,"message":"no \"x\"","data":{"uri":"u"}}})");
  out.clear();
  append_error(out, std::nullopt, {-32700, "bad", nullptr});
  CAF_CHECK_EQUAL(out, R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"bad"}})");
  out.clear();
  append_error(out, std::nullopt, {-32700, "bad", nullptr}, unknown_id::omit);
  CAF_CHECK_EQUAL(out, R"({"jsonrpc":"2.0","error":{"code":-32700,"message":"bad"}})");
}

CAF_TEST(writers_put_commas_between_members_and_elements) {
  std::string out;
  object_writer writer(out);
  writer.member("text", "a\"b");
  writer.member("string", std::string("c"));
  writer.member("flag", true);
  writer.member("small", 1);
  writer.member("large", std::uint64_t{18446744073709551615U});
  writer.member("real", 0.5);
  writer.member("value", json::value(nullptr));
  writer.member_unless_empty("left out", "");
  writer.member_unless_empty("left out", json::object());
  writer.raw("raw", "[1]");
  array_writer list(writer.key("list"));
  list.element("x");
  append_json(list.element(), json::array{});
  list.close();
  object_writer(writer.key("empty")).close();
  writer.close();
  CAF_CHECK_EQUAL(
      out, R"({"text":"a\"b","string":"c","flag":true,"small":1,"large":18446744073709551615,)"
           R"("real":0.5,"value":null,"raw":[1],"list":["x",[]],"empty":{}})");
}
