#include "troupe/supervision/config_schema.hpp"

#include <charconv>

#include <boost/json.hpp>

#include "troupe/protocol/json_schema.hpp"
#include "troupe/protocol/schema/pointer.hpp"
#include "troupe/supervision/config_printer.hpp"

namespace troupe::supervision {
namespace {

namespace json = boost::json;

const protocol::json_schema& schema() {
  static const auto compiled = protocol::json_schema::compile(json::parse(config_schema())).value();
  return *compiled;
}

/// The depth of the text is bounded by its parser.
json::value to_value(const located_text& text, const located_value& value) {
  if (value.scalar.is_array()) {
    json::array result;
    for (const auto index : value.elements)
      result.push_back(to_value(text, text.at(index)));
    return result;
  }
  if (!value.scalar.is_object())
    return value.scalar;
  json::object result;
  for (const auto& member : value.members)
    result.insert_or_assign(member.key, to_value(text, text.at(member.value)));
  return result;
}

/// "limits.max_sessions" or "listen.allowed_hosts[0]", and where it stands.
config_problem locate(const located_text& text, std::string_view pointer) {
  config_problem found;
  const auto* value = &text.root();
  std::string token;
  while (protocol::schema::next_token(pointer, token)) {
    const located_value* next = nullptr;
    if (value->scalar.is_array()) {
      std::size_t index = 0;
      std::from_chars(token.data(), token.data() + token.size(), index);
      if (index < value->elements.size())
        next = &text.at(value->elements[index]);
      found.path.append("[").append(token).append("]");
    } else {
      for (const auto& member : value->members)
        if (member.key == token)
          next = &text.at(member.value);
      found.path.append(found.path.empty() ? "" : ".").append(token);
    }
    if (next == nullptr)
      break;
    value = next;
  }
  found.where = value->where;
  return found;
}

} // namespace

config_problems check_against_schema(const located_text& text) {
  constexpr std::size_t most = 20;
  config_problems problems;
  for (auto& broken : schema().check(to_value(text, text.root()), most)) {
    auto problem = locate(text, broken.instance);
    problem.reason = std::move(broken.message);
    problems.push_back(std::move(problem));
  }
  return problems;
}

} // namespace troupe::supervision
