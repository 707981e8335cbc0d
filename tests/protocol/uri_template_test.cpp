#include "troupe/protocol/uri_template.hpp"

#define CAF_SUITE uri_template
#include "caf/test/unit_test.hpp"

#include <stdexcept>

using namespace troupe::protocol;

namespace {

// "a=1,b=2"; "no match"
std::string matched(std::string_view text, std::string_view uri) {
  const auto found = uri_template::compile(text).value().match(uri);
  if (!found)
    return "no match";
  std::string out;
  for (const auto& [name, value] : *found)
    out += (out.empty() ? "" : ",") + name + "=" + value;
  return out;
}

struct match_row {
  const char* text;
  const char* uri;
  const char* expected;
};

void check_matches(std::initializer_list<match_row> table) {
  for (const auto& [text, uri, expected] : table) {
    CAF_MESSAGE(std::string(text) + "  " + uri);
    CAF_CHECK_EQUAL(matched(text, uri), expected);
  }
}

} // namespace

CAF_TEST(a_simple_expression_takes_one_segment) {
  check_matches({
      {"test://template/{id}/data", "test://template/123/data", "id=123"},
      {"test://template/{id}/data", "test://template//data", "no match"},
      {"test://template/{id}/data", "test://template/1/2/data", "no match"},
      {"test://template/{id}/data", "test://template/123/data/", "no match"},
      {"test://template/{id}/data", "test://template/123", "no match"},
      {"test://template/{id}/data", "TEST://template/123/data", "no match"},
      {"test://{a}/{b}", "test://x/y", "a=x,b=y"},
      {"test://{a}-{b}", "test://x-y-z", "a=x,b=y-z"},
      {"test://{a}-x", "test://b-x-x", "a=b-x"},
      {"{a}", "x", "a=x"},
      {"{a}", "", "no match"},
      {"fixed", "fixed", ""},
      {"fixed", "fixed2", "no match"},
  });
}

CAF_TEST(values_are_decoded_once_and_are_text) {
  check_matches({
      {"t:{a}", "t:a%20b", "a=a b"},
      {"t:{a}", "t:%C3%A9", "a=\xC3\xA9"},
      {"t:{a}", "t:%2e%2E", "a=.."},
      {"t:{a}", "t:%252F", "a=%2F"},
      {"t:{a}", "t:%2F", "a=/"},
      {"t:{a}", "t:%", "no match"},
      {"t:{a}", "t:%4", "no match"},
      {"t:{a}", "t:%zz", "no match"},
      {"t:{a}", "t:%FF", "no match"},
      {"t:{a}", "t:%00", "no match"},
      {"t:{a}", "t:\xC3\xA9", "no match"},
      {"t:{a}", "t:a b", "no match"},
      {"t:{a}", "t:a?b", "no match"},
      {"t:\xC3\xA9{a}", "t:%C3%A9x", "a=x"},
      {"t:%20{a}", "t:%20x", "a=x"},
  });
}

CAF_TEST(operators_take_what_they_would_write) {
  check_matches({
      {"t:{+path}", "t:/a/b?c#d", "path=/a/b?c#d"},
      {"file:///{+path}.txt", "file:///a/b.c.txt", "path=a/b.c"},
      {"t:{+path}{?q}", "t:/a/b?q=1", "path=/a/b,q=1"},
      {"t:{+path}{?q}", "t:/a/b", "path=/a/b"},
      {"t:x{#part}", "t:x#a/b", "part=a/b"},
      {"t:x{#part}", "t:x", ""},
      {"t:x{#part}", "t:xa", "no match"},
      {"t:x{/a}", "t:x/1", "a=1"},
      {"t:x{/a}", "t:x/1/2", "no match"},
      {"t:x{/a}", "t:x/", "a="},
      {"t:x{/a,b}", "t:x/1/2", "a=1,b=2"},
      {"t:x{/a,b}", "t:x/1", "a=1"},
      {"t:x{/a,b}", "t:x/1/2/3", "no match"},
      {"t:x{/a}/fixed", "t:x/1/fixed", "a=1"},
      {"t:x{/a}/fixed", "t:x/fixed", ""},
      {"t:x{/a}{.b}", "t:x/1.json", "a=1,b=json"},
      {"t:x{/a}{.b}", "t:x.json", "b=json"},
      {"t:{name}{.ext}", "t:a.tar.gz", "name=a,ext=tar.gz"},
      {"t:{name}{.a,b}", "t:n.x.y", "name=n,a=x,b=y"},
      {"t:x{;a,b}", "t:x;b=2;a=1", "a=1,b=2"},
      {"t:x{;a}", "t:x;a", "a="},
      {"t:x{;a}", "t:x;c=1", "no match"},
      {"t:{a}{/b}{?c}", "t:1?c=3", "a=1,c=3"},
  });
}

CAF_TEST(queries_may_come_in_any_order_and_in_part) {
  check_matches({
      {"t:x{?a,b}", "t:x?a=1&b=2", "a=1,b=2"},
      {"t:x{?a,b}", "t:x?b=2&a=1", "a=1,b=2"},
      {"t:x{?a,b}", "t:x?b=2", "b=2"},
      {"t:x{?a,b}", "t:x", ""},
      {"t:x{?a,b}", "t:x?a=", "a="},
      {"t:x{?a,b}", "t:x?a=1&a=2", "no match"},
      {"t:x{?a,b}", "t:x?a=1&c=2", "no match"},
      {"t:x{?a,b}", "t:x?", "no match"},
      {"t:x{?a,b}", "t:x?a=1&", "no match"},
      {"t:x?fixed=1{&a}", "t:x?fixed=1&a=2", "a=2"},
      {"t:x?fixed=1{&a}", "t:x?fixed=1", ""},
      {"t:x{?a}{#f}", "t:x?a=1#g", "a=1,f=g"},
      {"t:x{?a}{#f}", "t:x#g", "f=g"},
  });
}

CAF_TEST(templates_that_could_be_cut_in_several_ways_are_refused) {
  struct row {
    const char* text;
    std::size_t position;
  };
  for (const auto& [text, position] : {
           row{"", 0},        {"t:{", 2},        {"t:{a", 2},       {"t:}", 2},
           {"t:{}", 3},       {"t:{a b}", 3},    {"t:{a*}", 3},     {"t:{/a*}", 4},
           {"t:{a:3}", 3},    {"t:{a,b}", 4},    {"t:{+a,b}", 5},   {"t:{#a,b}", 5},
           {"t:{=a}", 3},     {"t:{|a}", 3},     {"t:{a}{b}", 5},   {"t:{a}{+b}", 5},
           {"t:{+a}{/b}", 6}, {"t:{+a}{&b}", 6}, {"t:{#a}{?b}", 6}, {"t:{?a}{&b}", 6},
           {"t:{/a}{/b}", 6}, {"t:{?a}{/b}", 6}, {"t:{a}/{a}", 7},  {"t:{a..b}", 3},
           {"t:{.}", 4},      {"t:{a,}", 4},     {"t:{/a,}", 6},    {"t: x", 2},
           {"t:<x>", 2},      {"t:%zz", 2},      {"t:\xFF", 2},     {"t:{a{b}}", 3},
       }) {
    CAF_MESSAGE(text);
    const auto compiled = uri_template::compile(text);
    CAF_REQUIRE(compiled.has_error());
    CAF_CHECK_EQUAL(compiled.error().position, position);
    CAF_CHECK(!compiled.error().message.empty());
  }
}

CAF_TEST(expansion_follows_rfc_6570) {
  const uri_variables values = {{"var", "value"}, {"hello", "Hello World!"},
                                {"empty", ""},    {"path", "/foo/bar"},
                                {"x", "1024"},    {"y", "768"},
                                {"half", "50%"},  {"who", "fred"}};
  struct row {
    const char* text;
    const char* expected;
  };
  for (const auto& [text, expected] : {
           row{"{var}", "value"},
           {"{hello}", "Hello%20World%21"},
           {"{half}", "50%25"},
           {"O{empty}X", "OX"},
           {"{+hello}", "Hello%20World!"},
           {"{+path}/here", "/foo/bar/here"},
           {"{+half}", "50%25"},
           {"X{#hello}", "X#Hello%20World!"},
           {"X{.var}", "X.value"},
           {"X{.x,y}", "X.1024.768"},
           {"{/var,x}/here", "/value/1024/here"},
           {"{/var,empty}", "/value/"},
           {"{;x,y,empty}", ";x=1024;y=768;empty"},
           {"{?x,y,empty}", "?x=1024&y=768&empty="},
           {"{?x,undefined}", "?x=1024"},
           {"{/undefined}", ""},
           {"?fixed=yes{&x}", "?fixed=yes&x=1024"},
           {"{&var,empty}", "&var=value&empty="},
       }) {
    CAF_MESSAGE(text);
    CAF_CHECK_EQUAL(uri_template::compile(text).value().expand(values), expected);
  }
}

CAF_TEST(what_was_expanded_matches_again) {
  const uri_variables values = {{"a", "x y"}, {"b", "\xC3\xA9/?"}, {"c", "1"}, {"d", ""}};
  for (const auto* text :
       {"t:{a}/{b}{?c,d}", "t:{a}{/b}{;c,d}", "t:x{/a,b}{.c}{?d}", "t:{a}-{c}{#b}"}) {
    const auto compiled = uri_template::compile(text).value();
    CAF_MESSAGE(text);
    uri_variables wanted;
    for (const auto name : compiled.names())
      for (const auto& value : values)
        if (value.first == name)
          wanted.push_back(value);
    CAF_CHECK(compiled.match(compiled.expand(values)) == wanted);
  }
}

CAF_TEST(sizes_are_bounded) {
  CAF_CHECK(uri_template::compile(std::string(uri_template::max_template_size, 'x')).has_value());
  CAF_CHECK(
      uri_template::compile(std::string(uri_template::max_template_size + 1, 'x')).has_error());
  const auto any = uri_template::compile("{a}").value();
  CAF_CHECK(any.match(std::string(uri_template::max_uri_size, 'x')).has_value());
  CAF_CHECK(!any.match(std::string(uri_template::max_uri_size + 1, 'x')));
  std::string many = "t:";
  for (std::size_t i = 0; i <= uri_template::max_variables; ++i)
    many += "/{v" + std::to_string(i) + "}";
  CAF_CHECK(uri_template::compile(many).has_error());
  CAF_CHECK_EQUAL(any.text(), "{a}");
}
