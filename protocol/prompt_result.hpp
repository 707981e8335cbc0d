// The result of prompts/get: messages for the model.
#pragma once

#include "troupe/protocol/annotations.hpp"
#include "troupe/protocol/content.hpp"
#include "troupe/protocol/json.hpp"
#include "troupe/protocol/result_context.hpp"

#include <string>
#include <vector>

namespace troupe::protocol {

struct prompt_message {
  protocol::role role = protocol::role::user;
  protocol::content content;
};

struct prompt_result {
  std::string description;
  std::vector<prompt_message> messages;
  json::object meta;

  /// One text message of the user.
  static prompt_result text(std::string text);

  prompt_result with_user(content block) &&;
  prompt_result with_assistant(content block) &&;

  void append_json(std::string& out, const result_context& to) const;
};

} // namespace troupe::protocol
