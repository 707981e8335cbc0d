#include "troupe/protocol/prompt_result.hpp"

#include "troupe/protocol/common_members.hpp"

#include <utility>

namespace troupe::protocol {

prompt_result prompt_result::text(std::string text) {
  return prompt_result().with_user(content::text(std::move(text)));
}

prompt_result prompt_result::with_user(content block) && {
  messages.push_back({role::user, std::move(block)});
  return std::move(*this);
}

prompt_result prompt_result::with_assistant(content block) && {
  messages.push_back({role::assistant, std::move(block)});
  return std::move(*this);
}

void prompt_result::append_json(std::string& out, const result_context& to) const {
  object_writer writer(out);
  append_result_members(writer, meta, to);
  writer.member_unless_empty("description", description);
  array_writer list(writer.key("messages"));
  for (const auto& message : messages) {
    object_writer one(list.element());
    one.member("role", to_string(message.role));
    message.content.append_json(one.key("content"), to.revision);
    one.close();
  }
  list.close();
  writer.close();
}

} // namespace troupe::protocol
