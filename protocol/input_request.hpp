// What a handler may ask of the client in the middle of its work: fill in a form, open a URL,
// sample the model, tell the roots. A handler never waits for it: it returns `input_required` and
// is called again with the answers. Flow: legacy: the session sends each as a request of its own
// and checks the answers here; modern: they go into an `input_required` result, and the answers
// come with the next call.
#pragma once

#include "troupe/protocol/annotations.hpp"
#include "troupe/protocol/capabilities.hpp"
#include "troupe/protocol/content.hpp"
#include "troupe/protocol/input_answer.hpp"
#include "troupe/protocol/json.hpp"
#include "troupe/protocol/revision.hpp"
#include "troupe/protocol/rpc_error.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace troupe::protocol {

/// elicitation/create, form mode. Never for passwords, keys or tokens: use a URL.
struct form_elicitation {
  std::string message;
  /// A flat object schema of primitive properties, written verbatim.
  json::object requested_schema;
};

/// elicitation/create, URL mode; since 2025-11-25.
struct url_elicitation {
  std::string message;
  std::string url;
  /// Unique; for notifications/elicitation/complete. Not written for modern clients.
  std::string elicitation_id;
};

struct sampling_message {
  protocol::role role = protocol::role::user;
  protocol::content content;
  /// What `content` cannot say: one block or an array of them, written verbatim and instead of it. For `tool_use` and
  /// `tool_result`, which go back to a model that was given tools (client/sampling, "Sampling with Tools").
  json::value blocks = nullptr;
};

/// sampling/createMessage.
struct sampling {
  std::vector<sampling_message> messages;
  std::uint32_t max_tokens = 1024;
  std::string system_prompt;
  std::optional<double> temperature;
  std::vector<std::string> stop_sequences;
  /// "none", "thisServer" or "allServers"; empty: not said. Other than "none" needs the context
  /// capability.
  std::string include_context;
  json::object model_preferences;
  json::object metadata;
  /// Tool objects and the choice among them; they need the tools capability (since 2025-11-25).
  json::array tools;
  json::object tool_choice;
};

/// roots/list.
struct roots_query {};

class input_request {
public:
  using what = std::variant<form_elicitation, url_elicitation, sampling, roots_query>;

  input_request(what value) : value_(std::move(value)) {}
  input_request(form_elicitation value) : value_(std::move(value)) {}
  input_request(url_elicitation value) : value_(std::move(value)) {}
  input_request(sampling value) : value_(std::move(value)) {}
  input_request(roots_query value) : value_(value) {}

  const what& value() const noexcept { return value_; }

  /// "elicitation/create", "sampling/createMessage" or "roots/list".
  std::string_view method() const noexcept;

  /// A ClientCapabilities object that names what the client must have declared, e.g.
  /// {"elicitation":{"url":{}}}.
  json::object required_capabilities() const;

  /// Whether this client, at this revision, can be asked this.
  bool is_allowed(const client_capabilities& client, revision r) const noexcept;

  /// The complete `params` object.
  void append_params(std::string& out, revision r) const;

  /// Nothing when the client's result has the right shape, and what was entered in a form matches its
  /// schema; else what is wrong with it.
  std::optional<std::string> check_answer(const json::object& result) const;

private:
  what value_;
};

/// A handler's wish to go on later. The keys are the handler's own and come back with the answers.
struct input_required {
  std::map<std::string, input_request> requests;
  /// The handler's own notes for its next call; sealed by the runtime, so a client can neither read
  /// nor change them.
  std::string state;
};

} // namespace troupe::protocol
