#include "troupe/protocol/schema/pattern_escape.hpp"

#include "troupe/protocol/schema/code_points.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace troupe::protocol::schema {

namespace {

using name_pair = std::pair<std::string_view, std::string_view>;

// General categories by their long names (Unicode, PropertyValueAliases).
constexpr std::array<name_pair, 43> categories{{
    {"Cased_Letter", "LC"},
    {"Close_Punctuation", "Pe"},
    {"Combining_Mark", "M"},
    {"Connector_Punctuation", "Pc"},
    {"Control", "Cc"},
    {"Currency_Symbol", "Sc"},
    {"Dash_Punctuation", "Pd"},
    {"Decimal_Number", "Nd"},
    {"Enclosing_Mark", "Me"},
    {"Final_Punctuation", "Pf"},
    {"Format", "Cf"},
    {"Initial_Punctuation", "Pi"},
    {"Letter", "L"},
    {"Letter_Number", "Nl"},
    {"Line_Separator", "Zl"},
    {"Lowercase_Letter", "Ll"},
    {"Mark", "M"},
    {"Math_Symbol", "Sm"},
    {"Modifier_Letter", "Lm"},
    {"Modifier_Symbol", "Sk"},
    {"Nonspacing_Mark", "Mn"},
    {"Number", "N"},
    {"Open_Punctuation", "Ps"},
    {"Other", "C"},
    {"Other_Letter", "Lo"},
    {"Other_Number", "No"},
    {"Other_Punctuation", "Po"},
    {"Other_Symbol", "So"},
    {"Paragraph_Separator", "Zp"},
    {"Private_Use", "Co"},
    {"Punctuation", "P"},
    {"Separator", "Z"},
    {"Space_Separator", "Zs"},
    {"Spacing_Mark", "Mc"},
    {"Surrogate", "Cs"},
    {"Symbol", "S"},
    {"Titlecase_Letter", "Lt"},
    {"Uppercase_Letter", "Lu"},
    {"cntrl", "Cc"},
    {"digit", "Nd"},
    {"punct", "P"},
    {"Assigned", ""},
    {"Unassigned", ""},
}};

constexpr std::string_view space_ranges =
    R"(\x{9}-\x{d}\x{20}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff})";
constexpr std::string_view other_ranges =
    R"(\x{0}-\x{8}\x{e}-\x{1f}\x{21}-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027})"
    R"(\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff})";

bool is_name(std::string_view text) {
  const auto is_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), is_part);
}

} // namespace

std::string_view class_ranges(char letter) noexcept {
  switch (letter) {
  case 'd':
    return "0-9";
  case 'D':
    return R"(\x{0}-\x{2f}\x{3a}-\x{10ffff})";
  case 'w':
    return "0-9A-Z_a-z";
  case 'W':
    return R"(\x{0}-\x{2f}\x{3a}-\x{40}\x{5b}-\x{5e}\x{60}\x{7b}-\x{10ffff})";
  case 's':
    return space_ranges;
  case 'S':
    return other_ranges;
  default:
    return {};
  }
}

std::optional<std::string> unicode_property(std::string_view content) {
  const auto equals = content.find('=');
  auto value = content;
  if (equals != std::string_view::npos) {
    const auto name = content.substr(0, equals);
    value = content.substr(equals + 1);
    if (name == "Script" || name == "sc" || name == "Script_Extensions" || name == "scx")
      return is_name(value) && value.size() > 2 ? std::optional(std::string(value)) : std::nullopt;
    if (name != "General_Category" && name != "gc")
      return std::nullopt;
  }
  const auto found = std::find_if(categories.begin(), categories.end(),
                                  [&](const name_pair& each) { return each.first == value; });
  if (found != categories.end())
    return found->second.empty() ? std::nullopt : std::optional(std::string(found->second));
  // Without a property's name it is a category or a property that is true or false, never a script.
  if (value == "Any" || (is_name(value) && value.size() <= 2))
    return std::string(value);
  return std::nullopt;
}

void append_literal(std::string& out, char32_t code) {
  const bool plain = (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z') ||
                     (code >= '0' && code <= '9') || code == '_';
  if (plain || code >= 0x80) {
    append_code_point(out, code);
    return;
  }
  constexpr std::string_view digits = "0123456789abcdef";
  out += "\\x{";
  if (code >= 16)
    out += digits[code >> 4];
  out += digits[code & 15];
  out += '}';
}

} // namespace troupe::protocol::schema
