// How a prompt presents itself in prompts/list, and the check of the arguments it is asked for
// with.
#pragma once

#include "troupe/protocol/icon.hpp"
#include "troupe/protocol/inspection.hpp"
#include "troupe/protocol/json.hpp"
#include "troupe/protocol/revision.hpp"
#include "troupe/protocol/rpc_error.hpp"

#include <optional>
#include <string>
#include <vector>

namespace troupe::protocol {

struct prompt_argument {
  std::string name;
  std::string description;
  bool required = false;
  std::string title;
};

struct prompt {
  std::string name;
  std::string title;
  std::string description;
  std::vector<prompt_argument> arguments;
  std::vector<icon> icons;
  json::object meta;

  explicit prompt(std::string name);

  prompt with_title(std::string text) &&;
  prompt with_description(std::string text) &&;
  prompt with_argument(std::string name, std::string description, bool required = false) &&;
  prompt with_argument(prompt_argument argument) &&;
  prompt with_icon(icon value) &&;
  prompt with_meta(json::object value) &&;

  void append_json(std::string& out, revision r) const;

  /// Nothing when `given` (null: no arguments) has every required argument and only strings; else
  /// -32602.
  std::optional<rpc_error> check_arguments(const json::object* given) const;
};

inspection inspect(const prompt& subject);

} // namespace troupe::protocol
