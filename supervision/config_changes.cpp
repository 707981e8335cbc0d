#include "troupe/supervision/config_changes.hpp"

#include "troupe/supervision/config_table.hpp"

namespace troupe::supervision {
namespace {

/// The value that a member_ref points to.
struct value_of {
  std::string operator()(const bool* member) const { return *member ? "true" : "false"; }
  std::string operator()(number_ref member) const { return std::to_string(member.get()); }
  std::string operator()(const std::chrono::milliseconds* member) const {
    return std::to_string(member->count());
  }
  std::string operator()(const std::string* member) const { return *member; }
  std::string operator()(choice_ref member) const { return std::string{member.get()}; }
  std::string operator()(const text_list* member) const {
    std::string result;
    for (const auto& text : *member)
      result += text + '\n';
    return result;
  }
  std::string operator()(const directory_list* member) const {
    std::string result;
    for (const auto& one : *member)
      result += one.path + '\0' + one.name + '\0' + one.description + '\n';
    return result;
  }
};

std::string value(const setting& one, config& from) {
  return std::visit(value_of{}, one.member(from));
}

} // namespace

std::vector<config_change> changes_between(const config& before, const config& after) {
  std::vector<config_change> result;
  // Members are reached through references that could write; so through copies.
  config old = before;
  config next = after;
  for (const auto& one : settings())
    if (value(one, old) != value(one, next))
      result.push_back({one.path, one.live});
  return result;
}

} // namespace troupe::supervision
