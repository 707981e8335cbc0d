#include "troupe/protocol/param_headers.hpp"

#include "troupe/protocol/ascii.hpp"
#include "troupe/protocol/header_value.hpp"

#include <boost/system/error_code.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <string_view>

namespace troupe::protocol {

namespace {

constexpr std::string_view keyword = "x-mcp-header";
constexpr std::size_t max_depth = 64;

// Their values are data, in which our keyword is a text like any other.
constexpr std::array<std::string_view, 4> data_keywords = {"const", "default", "enum", "examples"};
// Their members' names are names of properties or definitions, not keywords.
constexpr std::array<std::string_view, 6> maps_of_schemas = {
    "properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies"};

template<std::size_t Size>
bool contains(const std::array<std::string_view, Size>& set, std::string_view each) {
  return std::find(set.begin(), set.end(), each) != set.end();
}

const json::value* member(const json::object& object, std::string_view name) {
  const auto* found = object.find(name);
  return found == object.end() ? nullptr : &found->value();
}

// Walks over everything that may be a schema, since an annotation out of place is to be found and not overlooked.
class annotation_search {
public:
  std::optional<param_header_problem> run(const json::object& schema) {
    walk_object(schema, true, 0);
    return std::move(problem_);
  }

  std::vector<param_header> take_found() { return std::move(found_); }

private:
  // `reachable`: there are only `properties` between the root and this schema.
  void walk_object(const json::object& schema, bool reachable, std::size_t depth) {
    if (depth > max_depth)
      return fail("the schema is nested too deep; at most " + std::to_string(max_depth) +
                  " levels are looked at");
    if (const auto* annotation = member(schema, keyword))
      take(*annotation, schema, reachable);
    for (const auto& each : schema) {
      if (problem_)
        return;
      const std::string_view name = each.key();
      if (contains(data_keywords, name))
        continue;
      if (contains(maps_of_schemas, name) && each.value().is_object())
        walk_map(each.value().get_object(), name, reachable, depth);
      else
        walk_value(each.value(), name, depth);
    }
  }

  void walk_map(const json::object& map, std::string_view name, bool reachable, std::size_t depth) {
    const bool properties = name == "properties";
    places_.emplace_back(name);
    for (const auto& each : map) {
      places_.emplace_back(each.key());
      if (properties)
        path_.emplace_back(each.key());
      if (each.value().is_object() && !problem_)
        walk_object(each.value().get_object(), reachable && properties, depth + 1);
      if (properties)
        path_.pop_back();
      places_.pop_back();
    }
    places_.pop_back();
  }

  // A keyword with a schema or an array of schemas, or one that we do not know.
  void walk_value(const json::value& value, std::string_view name, std::size_t depth) {
    if (!value.is_structured() || problem_)
      return;
    places_.emplace_back(name);
    if (value.is_object()) {
      walk_object(value.get_object(), false, depth + 1);
    } else if (depth > max_depth) {
      fail("the schema is nested too deep");
    } else {
      std::size_t index = 0;
      for (const auto& element : value.get_array())
        walk_value(element, std::to_string(index++), depth + 1);
    }
    places_.pop_back();
  }

  void take(const json::value& annotation, const json::object& schema, bool reachable) {
    if (!reachable || path_.empty())
      return fail("x-mcp-header may only stand in a property that is reached from the root of the "
                  "schema through `properties` alone; move or remove it");
    if (!annotation.is_string())
      return fail("x-mcp-header must be a text: the end of the header's name");
    const std::string_view name = annotation.get_string();
    if (name.empty() || !ascii::all(name, ascii::byte_class::token))
      return fail("x-mcp-header must be a token of HTTP: one or more of A-Z a-z 0-9 "
                  "!#$%&'*+-.^_`|~");
    const auto* type = member(schema, "type");
    if (type == nullptr || (*type != "string" && *type != "integer" && *type != "boolean"))
      return fail(
          R"(x-mcp-header needs a property whose type is exactly "string", "integer" or "boolean")");
    for (const auto& other : found_)
      if (ascii::iequals(other.name, name))
        return fail("x-mcp-header '" + std::string(name) +
                    "' is used by another property; names must differ in more than case");
    if (found_.size() == http_head::max_params)
      return fail("there are more than " + std::to_string(http_head::max_params) +
                  " x-mcp-header annotations, and no request may carry so many; remove some");
    found_.push_back({std::string(name), path_});
  }

  void fail(std::string_view what) {
    if (problem_)
      return;
    std::string message = "input schema, at #";
    for (const auto& place : places_) {
      message += '/';
      message += place;
    }
    problem_ = param_header_problem{message + ": " + std::string(what)};
  }

  std::vector<std::string> places_;
  std::vector<std::string> path_;
  std::vector<param_header> found_;
  std::optional<param_header_problem> problem_;
};

/// The value that a header repeats; null when there is none.
const json::value* find_argument(const json::object* arguments,
                                 const std::vector<std::string>& path) {
  const json::value* value = nullptr;
  for (const auto& name : path) {
    if (arguments == nullptr)
      return nullptr;
    value = member(*arguments, name);
    if (value == nullptr)
      return nullptr;
    arguments = value->if_object();
  }
  return value == nullptr || value->is_null() ? nullptr : value;
}

std::optional<std::string_view> find_header(const http_head& head, std::string_view name) {
  for (std::size_t i = 0; i < head.param_count; ++i)
    if (const auto param = head.param(i); ascii::iequals(param.name, name))
      return param.value;
  return std::nullopt;
}

// Nothing when the number cannot be told from its neighbours by a proxy that reads doubles.
std::optional<double> safe_number(const json::value& value) {
  constexpr double largest = 9007199254740991.0;
  constexpr std::int64_t largest_integer = 9007199254740991;
  if (const auto* integer = value.if_int64())
    return *integer >= -largest_integer && *integer <= largest_integer
               ? std::optional(static_cast<double>(*integer))
               : std::nullopt;
  if (const auto* number = value.if_double())
    return std::abs(*number) <= largest ? std::optional(*number) : std::nullopt;
  return std::nullopt;
}

bool same_number(std::string_view text, const json::value& body) {
  const auto wanted = safe_number(body);
  // The parser would take white space around a number, and other values.
  if (!wanted || text.empty() ||
      !(text.front() == '-' || ascii::is(text.front(), ascii::byte_class::digit)) ||
      !ascii::is(text.back(), ascii::byte_class::digit))
    return false;
  boost::system::error_code error;
  const auto parsed = json::parse(text, error);
  return !error && parsed.is_number() && safe_number(parsed) == wanted;
}

bool same_value(std::string_view text, const json::value& body) {
  if (const auto* string = body.if_string())
    return std::string_view(*string) == text;
  if (const auto* boolean = body.if_bool())
    return text == (*boolean ? "true" : "false");
  return body.is_number() && same_number(text, body);
}

rpc_error mismatch(const param_header& header, std::string_view what) {
  std::string where;
  for (const auto& name : header.path)
    where += "." + name;
  return make_header_mismatch("Mcp-Param-" + header.name + " (params.arguments" + where +
                              "): " + std::string(what));
}

} // namespace

void throw_exception_from_error(const param_header_problem& problem,
                                const boost::source_location&) {
  throw std::runtime_error(problem.message);
}

boost::system::result<std::vector<param_header>, param_header_problem>
find_param_headers(const json::object& input_schema) {
  annotation_search search;
  if (auto problem = search.run(input_schema))
    return std::move(*problem);
  return search.take_found();
}

std::optional<rpc_error> check_param_headers(const std::vector<param_header>& expected,
                                             const json::object* arguments, const http_head& head) {
  std::string buffer;
  for (const auto& each : expected) {
    const auto* body = find_argument(arguments, each.path);
    const auto field = find_header(head, each.name);
    if (body == nullptr && !field)
      continue;
    if (!field)
      return mismatch(each, "the header is missing; repeat the argument in it");
    if (body == nullptr)
      return mismatch(each, "the header is there and the argument is not; send both or none");
    const auto text = decode_header_value(*field, buffer);
    if (!text)
      return mismatch(each, "the header " + std::string(describe(text.error())));
    if (!same_value(*text, *body))
      return mismatch(each, "header and argument differ");
  }
  return std::nullopt;
}

} // namespace troupe::protocol
