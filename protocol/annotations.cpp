#include "troupe/protocol/annotations.hpp"

#include "troupe/protocol/json_writer.hpp"

#include <algorithm>
#include <cmath>

namespace troupe::protocol {

std::string_view to_string(role r) noexcept {
  return r == role::user ? "user" : "assistant";
}

void append_json(std::string& out, const annotations& value, revision r) {
  object_writer writer(out);
  if (!value.audience.empty()) {
    array_writer audience(writer.key("audience"));
    for (const auto who : value.audience)
      audience.element(to_string(who));
    audience.close();
  }
  if (value.priority && !std::isnan(*value.priority))
    writer.member("priority", std::clamp(*value.priority, 0.0, 1.0));
  if (has_last_modified(r))
    writer.member_unless_empty("lastModified", value.last_modified);
  writer.close();
}

} // namespace troupe::protocol
