// A handler that needs an answer from the person at the other end, written once for every revision:
// a client of 2026-07-28 gets an input_required result and calls again, an older one is sent a
// request on the call's own stream. No thread waits, and nothing is kept here between the rounds.

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "troupe/supervision/server.hpp"

namespace {

using namespace troupe;

/// What the person entered for `member` in the form `key`; nothing if it was not (yet) accepted.
std::optional<std::string> entered(const call& call, std::string_view key,
                                   std::string_view member) {
  const auto* answer = call.input(key);
  if (answer == nullptr)
    return std::nullopt;
  const auto form = protocol::read_elicitation_answer(answer->as_object());
  if (!form || form->content == nullptr)
    return std::nullopt;
  return std::string{form->content->at(member).as_string()}; // checked against the form's schema
}

input_request ask_for(std::string message, std::string_view member) {
  boost::json::object schema{{"type", "object"},
                             {"properties", {{member, {{"type", "string"}, {"minLength", 1}}}}},
                             {"required", {member}}};
  return protocol::form_elicitation{std::move(message), std::move(schema)};
}

/// Two questions, one after the other. The first answer travels in `state`, which a modern client
/// carries sealed, so that the second call may arrive at another process.
outcome order(const call& call) {
  if (const auto size = entered(call, "size", "size"); size && !call.state().empty())
    return tool_result::text("Ordered: " + std::string{call.state()} + ", " + *size);
  if (const auto dish = entered(call, "dish", "dish"))
    return input_required{{{"size", ask_for("Which size?", "size")}}, *dish};
  if (call.input("dish") != nullptr || call.input("size") != nullptr)
    return tool_result::text("Nothing was ordered.");
  return input_required{{{"dish", ask_for("What would you like?", "dish")}}, {}};
}

} // namespace

int main(int argc, char** argv) {
  return supervision::run_server(argc, argv, [](node& node) {
    node.handlers().add(protocol::tool{"order"}.with_description("Takes an order."), order);
  });
}
