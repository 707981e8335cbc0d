#include "troupe/supervision/config_printer.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include "troupe/supervision/config_table.hpp"

namespace troupe::supervision {
namespace {

namespace json = boost::json;

std::string json_text(std::string_view text) {
  return json::serialize(json::string{text});
}

json::array words_of(choice_ref member) {
  json::array result;
  for (const auto word : member.words())
    result.emplace_back(word);
  return result;
}

/// A value on one line.
struct value_text {
  std::string operator()(const bool* member) const { return *member ? "true" : "false"; }
  std::string operator()(number_ref member) const { return std::to_string(member.get()); }
  std::string operator()(const std::chrono::milliseconds* member) const {
    return std::to_string(member->count());
  }
  std::string operator()(const std::string* member) const { return json_text(*member); }
  std::string operator()(choice_ref member) const { return json_text(member.get()); }
  std::string operator()(const text_list* member) const {
    std::string result;
    for (const auto& text : *member)
      result += (result.empty() ? "" : ", ") + json_text(text);
    return '[' + result + ']';
  }
  std::string operator()(const directory_list* member) const {
    std::string result;
    for (const auto& one : *member)
      result += (result.empty() ? "" : ", ") + std::string{"{\"path\": "} + json_text(one.path) +
                ", \"name\": " + json_text(one.name) +
                ", \"description\": " + json_text(one.description) + '}';
    return '[' + result + ']';
  }
};

/// What stands for a secret; too short to be taken for one when it is read back.
constexpr std::string_view hidden = "(hidden)";

std::string value_of(const setting& one, config& from) {
  if (const auto member = one.member(from); one.secret &&
                                            std::holds_alternative<std::string*>(member) &&
                                            !std::get<std::string*>(member)->empty())
    return json_text(hidden);
  return std::visit(value_text{}, one.member(from));
}

/// What is allowed, for a person.
struct range_text {
  const setting& of;

  std::string numbers() const {
    return std::to_string(of.least) + " to " + std::to_string(of.most);
  }
  std::string operator()(const bool*) const { return "true or false"; }
  std::string operator()(number_ref) const { return numbers(); }
  std::string operator()(const std::chrono::milliseconds*) const {
    return numbers() + " milliseconds";
  }
  std::string operator()(const std::string*) const { return numbers() + " bytes of text"; }
  std::string operator()(choice_ref member) const {
    std::string result;
    for (const auto word : member.words())
      result.append(result.empty() ? "" : ", ").append(word);
    return result;
  }
  std::string operator()(const text_list*) const { return numbers() + " texts"; }
  std::string operator()(const directory_list*) const { return numbers() + " directories"; }
};

void append_comment(std::string& out, std::string_view indent, std::string text) {
  constexpr std::size_t width = 100;
  const auto room = width - indent.size() - 3;
  while (!text.empty()) {
    auto end = text.size();
    if (end > room) {
      end = text.rfind(' ', room);
      if (end == text.npos)
        end = room;
    }
    out.append(indent).append("// ").append(text, 0, end).append("\n");
    text.erase(0, end == text.size() ? end : end + 1);
  }
}

/// Walks the table; `comment` writes what stands before a section or setting.
template<class Section, class Setting>
std::string document(const config& settings_, std::string head, Section section, Setting comment) {
  config from = settings_;
  std::string_view open;
  for (const auto& one : settings()) {
    if (one.section() != open) {
      head += open.empty() ? "\n" : "\n  },\n";
      section(head, one.section());
      head.append("  ").append(json_text(one.section())).append(": {\n");
    } else {
      head += ",\n";
    }
    open = one.section();
    comment(head, one, from);
    head.append("    ").append(json_text(one.key())).append(": ").append(value_of(one, from));
  }
  return head + "\n  }\n}\n";
}

/// The subschema of a setting, one line for each keyword.
struct schema_of {
  const setting& of;

  std::string numbers(std::string_view type, std::string_view least, std::string_view most) const {
    return "\"type\": " + json_text(type) + ", " + json_text(least) + ": " +
           std::to_string(of.least) + ", " + json_text(most) + ": " + std::to_string(of.most);
  }
  std::string operator()(const bool*) const { return "\"type\": \"boolean\""; }
  std::string operator()(number_ref) const { return numbers("integer", "minimum", "maximum"); }
  std::string operator()(const std::chrono::milliseconds*) const {
    return numbers("integer", "minimum", "maximum");
  }
  std::string operator()(const std::string*) const {
    return numbers("string", "minLength", "maxLength");
  }
  std::string operator()(choice_ref member) const {
    return "\"enum\": " + json::serialize(words_of(member));
  }
  std::string operator()(const text_list*) const {
    return numbers("array", "minItems", "maxItems") +
           R"(, "items": {"type": "string", "minLength": 1, "maxLength": 1024})";
  }
  std::string operator()(const directory_list*) const {
    return numbers("array", "minItems", "maxItems") + R"(,
          "items": {
            "type": "object",
            "properties": {
              "path": {"type": "string", "pattern": "^/", "maxLength": 4096},
              "name": {"type": "string", "maxLength": 4096},
              "description": {"type": "string", "maxLength": 4096}
            },
            "required": ["path"],
            "additionalProperties": false
          })";
  }
};

} // namespace

std::string print_config(const config& settings) {
  return document(
      settings, "{", [](std::string&, std::string_view) {},
      [](std::string&, const setting&, config&) {});
}

std::string commented_config() {
  return document(
      config{},
      "// The configuration of troupe with every setting at its default: leave out what you do "
      "not\n"
      "// change. JSON with comments and trailing commas. Units stand in the names. Checked by\n"
      "// troupe --check-config --config FILE; what is in force is shown by --print-config.\n"
      "{\n  \"$schema\": \"./troupe.schema.json\",",
      [](std::string& out, std::string_view section) {
        append_comment(out, "  ", std::string{about_section(section)});
      },
      [](std::string& out, const setting& one, config& from) {
        append_comment(out, "    ",
                       std::string{one.about} + " (" +
                           std::visit(range_text{one}, one.member(from)) +
                           (one.live ? "; reloaded at SIGHUP)" : ")"));
      });
}

std::string config_schema() {
  config defaults;
  std::string out = R"({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "Configuration of troupe",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "$schema": {"type": "string"})";
  std::string_view open;
  for (const auto& one : settings()) {
    if (one.section() != open) {
      out += open.empty() ? "" : "\n      }\n    }";
      out += ",\n    " + json_text(one.section()) +
             ": {\n      \"description\": " + json_text(about_section(one.section())) +
             ",\n      \"type\": \"object\",\n      \"additionalProperties\": false,\n"
             "      \"properties\": {\n";
    } else {
      out += ",\n";
    }
    open = one.section();
    out += "        " + json_text(one.key()) +
           ": {\n          \"description\": " + json_text(one.about) +
           ",\n          \"default\": " + value_of(one, defaults) + ",\n          " +
           std::visit(schema_of{one}, one.member(defaults)) + "\n        }";
  }
  return out + "\n      }\n    }\n  }\n}\n";
}

} // namespace troupe::supervision
