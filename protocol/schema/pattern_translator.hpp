// The walk over an ECMA-262 pattern that writes it for RE2. Internal to pattern.cpp (structure) and
// pattern_sets.cpp (escapes and brackets).
#pragma once

#include "troupe/protocol/schema/pattern.hpp"

#include <optional>

namespace troupe::protocol::schema {

// One pass over the pattern. `false` from a member means that `problem_` is set.
class pattern_translator {
public:
  explicit pattern_translator(std::string_view pattern) : all_(pattern), rest_(pattern) {}

  boost::system::result<std::string, pattern_problem> run();

private:
  bool refuse(std::string reason, bool is_unsupported = false) {
    problem_ = pattern_problem{all_.size() - rest_.size(), std::move(reason), is_unsupported};
    return false;
  }

  bool starts(std::string_view text) const { return rest_.substr(0, text.size()) == text; }

  bool take(std::string_view text) {
    if (!starts(text))
      return false;
    rest_.remove_prefix(text.size());
    return true;
  }

  bool read_all();
  bool read_one();
  bool open_group();
  bool close_group();
  bool read_quantifier();
  bool read_brace();
  bool read_escape();
  bool read_property(std::string& set);
  bool read_class();
  bool read_class_part();
  bool read_class_atom(std::optional<char32_t>& code, std::string& set);
  bool read_class_escape(std::optional<char32_t>& code, std::string& set);
  std::optional<char32_t> read_character_escape();
  std::optional<char32_t> read_hex(std::size_t digits);
  std::optional<char32_t> read_unicode_escape();

  std::string_view all_;
  std::string_view rest_;
  std::string out_;
  std::size_t groups_ = 0;
  bool can_repeat_ = false;
  std::optional<pattern_problem> problem_;
};

} // namespace troupe::protocol::schema
