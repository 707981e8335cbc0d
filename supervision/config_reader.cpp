#include "troupe/supervision/config_reader.hpp"

#include <algorithm>
#include <chrono>
#include <set>

#include <boost/json/serialize.hpp>

#include "troupe/supervision/config_schema.hpp"
#include "troupe/supervision/config_table.hpp"

namespace troupe::supervision {
namespace {

namespace json = boost::json;

std::string quoted(std::string_view text) {
  return '"' + std::string{text} + '"';
}

std::string join(const std::vector<std::string_view>& words) {
  std::string result;
  for (const auto word : words)
    result.append(result.empty() ? "" : ", ").append(word);
  return result;
}

/// What was found, short enough for a line.
std::string found(const located_value& value) {
  if (value.scalar.is_object())
    return "an object";
  if (value.scalar.is_array())
    return "an array";
  constexpr std::size_t longest = 60;
  auto text = json::serialize(value.scalar);
  if (text.size() > longest)
    text = text.substr(0, longest) + "...";
  return text;
}

class reader {
public:
  reader(const located_text& text, config& to, config_positions* positions)
      : text_(text), to_(to), positions_(positions) {}

  config_problems read() {
    const auto& root = text_.root();
    if (!root.scalar.is_object()) {
      problem(root.where, "", "the configuration is an object, found " + found(root));
      return std::move(problems_);
    }
    each_member(root, "", [this](const located_member& member, const std::string& path) {
      section(member, path);
    });
    return std::move(problems_);
  }

private:
  void problem(text_position where, std::string path, std::string reason) {
    problems_.push_back({where, std::move(path), std::move(reason)});
  }

  void expected(const located_value& value, const std::string& path, const std::string& what) {
    problem(value.where, path, "expected " + what + ", found " + found(value));
  }

  /// Calls `visit` for the members of an object; the second of a name is refused.
  template<class Visit>
  void each_member(const located_value& object, const std::string& prefix, Visit visit) {
    std::set<std::string_view> seen;
    for (const auto& member : object.members) {
      const auto path = prefix.empty() ? member.key : prefix + '.' + member.key;
      // An editor's hint where the schema is; allowed at the top, as in other JSON configurations.
      if (path == "$schema")
        continue;
      if (!seen.insert(member.key).second)
        problem(member.where, path, "given twice; remove one of them");
      else
        visit(member, path);
    }
  }

  void section(const located_member& member, const std::string& path) {
    if (about_section(path).empty()) {
      unknown_section(member);
      return;
    }
    const auto& value = text_.at(member.value);
    note(path, value);
    if (!value.scalar.is_object())
      return expected(value, path, "an object");
    each_member(value, path, [&](const located_member& inner, const std::string& inner_path) {
      if (const auto* known = find_setting(inner_path))
        assign(*known, text_.at(inner.value));
      else
        unknown_key(inner, path, inner_path);
    });
  }

  void unknown_section(const located_member& member) {
    std::vector<std::string_view> sections;
    std::vector<std::string_view> elsewhere;
    for (const auto& one : settings()) {
      if (sections.empty() || sections.back() != one.section())
        sections.push_back(one.section());
      if (one.key() == member.key)
        elsewhere.push_back(one.path);
    }
    const auto near = nearest(member.key, sections);
    if (!near.empty())
      problem(member.where, member.key, "unknown section; did you mean " + quoted(near) + "?");
    else if (!elsewhere.empty())
      problem(member.where, member.key, "unknown section; this key is " + join(elsewhere));
    else
      problem(member.where, member.key, "unknown section; there are " + join(sections));
  }

  void unknown_key(const located_member& member, const std::string& section,
                   const std::string& path) {
    std::vector<std::string_view> here;
    std::vector<std::string_view> elsewhere;
    for (const auto& one : settings()) {
      if (one.section() == section)
        here.push_back(one.key());
      else if (one.key() == member.key)
        elsewhere.push_back(one.path);
    }
    const auto near = nearest(member.key, here);
    if (!elsewhere.empty())
      problem(member.where, path, "unknown key; did you mean " + join(elsewhere) + "?");
    else if (!near.empty())
      problem(member.where, path, "unknown key; did you mean " + quoted(near) + "?");
    else
      problem(member.where, path, "unknown key; in this section there are " + join(here));
  }

  void note(std::string_view path, const located_value& value) {
    if (positions_ != nullptr)
      positions_->insert_or_assign(std::string{path}, value.where);
  }

  void assign(const setting& known, const located_value& value) {
    note(known.path, value);
    std::visit([&](auto member) { set(known, value, member); }, known.member(to_));
  }

  void set(const setting& known, const located_value& value, bool* member) {
    if (value.scalar.is_bool())
      *member = value.scalar.get_bool();
    else
      expected(value, std::string{known.path}, "true or false");
  }

  std::optional<std::uint64_t> number(const setting& known, const located_value& value,
                                      std::string_view unit) {
    std::optional<std::uint64_t> result;
    if (const auto* plain = value.scalar.if_int64(); plain && *plain >= 0)
      result = static_cast<std::uint64_t>(*plain);
    else if (const auto* large = value.scalar.if_uint64())
      result = *large;
    if (result && *result >= known.least && *result <= known.most)
      return result;
    expected(value, std::string{known.path},
             "a whole number " + std::string{unit} + "from " + std::to_string(known.least) +
                 " to " + std::to_string(known.most));
    return {};
  }

  void set(const setting& known, const located_value& value, number_ref member) {
    const std::string_view unit = known.path.ends_with("_bytes")     ? "of bytes "
                                  : known.path.ends_with("_seconds") ? "of seconds "
                                                                     : "";
    if (const auto result = number(known, value, unit))
      member.set(*result);
  }

  void set(const setting& known, const located_value& value, std::chrono::milliseconds* member) {
    if (const auto result = number(known, value, "of milliseconds "))
      *member = std::chrono::milliseconds{*result};
  }

  std::optional<std::string> text(const std::string& path, const located_value& value,
                                  std::uint64_t least, std::uint64_t most) {
    const auto* result = value.scalar.if_string();
    if (result && result->size() >= least && result->size() <= most)
      return std::string{*result};
    expected(value, path,
             "a text of " + std::to_string(least) + " to " + std::to_string(most) + " bytes");
    return {};
  }

  void set(const setting& known, const located_value& value, std::string* member) {
    if (auto result = text(std::string{known.path}, value, known.least, known.most))
      *member = std::move(*result);
  }

  void set(const setting& known, const located_value& value, choice_ref member) {
    const auto* word = value.scalar.if_string();
    if (word && member.set(*word))
      return;
    std::vector<std::string_view> words{member.words().begin(), member.words().end()};
    auto expectation = "one of " + join(words);
    if (const auto near = word ? nearest(*word, words) : std::string_view{}; !near.empty())
      expectation += " (did you mean " + quoted(near) + "?)";
    expected(value, std::string{known.path}, expectation);
  }

  bool is_list(const setting& known, const located_value& value, std::string_view of) {
    if (value.scalar.is_array() && value.elements.size() >= known.least &&
        value.elements.size() <= known.most)
      return true;
    const auto size = value.scalar.is_array() ? " of " + std::to_string(value.elements.size()) : "";
    problem(value.where, std::string{known.path},
            "expected an array of " + std::to_string(known.least) + " to " +
                std::to_string(known.most) + ' ' + std::string{of} + ", found " + found(value) +
                size);
    return false;
  }

  void set(const setting& known, const located_value& value, text_list* member) {
    if (!is_list(known, value, "texts"))
      return;
    constexpr std::uint64_t longest = 1024;
    text_list result;
    for (const auto index : value.elements) {
      const auto path = std::string{known.path} + '[' + std::to_string(result.size()) + ']';
      result.push_back(text(path, text_.at(index), 1, longest).value_or(""));
    }
    *member = std::move(result);
  }

  void set(const setting& known, const located_value& value, directory_list* member) {
    if (!is_list(known, value, "directories"))
      return;
    directory_list result;
    for (const auto index : value.elements) {
      const auto path = std::string{known.path} + '[' + std::to_string(result.size()) + ']';
      result.push_back(directory(path, text_.at(index)));
    }
    *member = std::move(result);
  }

  resource_directory directory(const std::string& path, const located_value& value) {
    resource_directory result;
    if (!value.scalar.is_object()) {
      expected(value, path, R"(an object like {"path": "/srv/files"})");
      return result;
    }
    constexpr std::uint64_t longest = 4096;
    each_member(value, path, [&](const located_member& member, const std::string& inner) {
      const std::vector<std::pair<std::string_view, std::string*>> fields{
          {"path", &result.path}, {"name", &result.name}, {"description", &result.description}};
      for (const auto& [key, field] : fields)
        if (member.key == key) {
          const auto least = key == "path" ? 1u : 0u;
          *field = text(inner, text_.at(member.value), least, longest).value_or("");
          return;
        }
      problem(member.where, inner, "unknown key; there are path, name, description");
    });
    if (result.path.empty() || result.path.front() != '/')
      problem(value.where, path, "\"path\" is needed: the absolute path of a directory");
    return result;
  }

  const located_text& text_;
  config& to_;
  config_positions* positions_;
  config_problems problems_;
};

} // namespace

config_problems read_config(std::string_view text, config& to, config_positions* positions) {
  const auto parsed = parse_config_text(text);
  if (const auto* failure = std::get_if<syntax_error>(&parsed))
    return {{failure->where, "", failure->message}};
  const auto& located = std::get<located_text>(parsed);
  auto problems = reader{located, to, positions}.read();
  // The reader's sentences are the better ones; the schema has the last word.
  return problems.empty() ? check_against_schema(located) : problems;
}

} // namespace troupe::supervision
