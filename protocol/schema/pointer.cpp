#include "troupe/protocol/schema/pointer.hpp"

namespace troupe::protocol::schema {

void append_token(std::string& pointer, std::string_view token) {
  pointer += '/';
  for (const char c : token) {
    if (c == '~')
      pointer += "~0";
    else if (c == '/')
      pointer += "~1";
    else
      pointer += c;
  }
}

bool next_token(std::string_view& pointer, std::string& token) {
  if (!pointer.starts_with('/'))
    return false;
  pointer.remove_prefix(1);
  token.clear();
  while (!pointer.empty() && pointer.front() != '/') {
    if (pointer.front() != '~') {
      token += pointer.front();
      pointer.remove_prefix(1);
      continue;
    }
    if (!pointer.starts_with("~0") && !pointer.starts_with("~1"))
      return false;
    token += pointer[1] == '0' ? '~' : '/';
    pointer.remove_prefix(2);
  }
  return true;
}

} // namespace troupe::protocol::schema
