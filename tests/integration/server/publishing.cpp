#include "tests/integration/server/groups.hpp"

#include "troupe/protocol/json.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace troupe::test_server {

namespace {

namespace json = boost::json;
using protocol::tool;

std::string text_argument(const call& call, std::string_view key) {
  return std::string{call.string_argument(key).value_or("")};
}

outcome nothing(const call&) {
  return tool_result::text("nothing");
}

handler_set addition(std::string_view kind, const std::string& name) {
  handler_set set;
  if (kind == "tool")
    set.add(tool(name).with_description("Was added while serving"), nothing);
  else if (kind == "prompt")
    set.add(protocol::prompt(name).with_description("Was added while serving"),
            [](const call&) -> outcome { return prompt_result::text("added"); });
  else
    set.add(protocol::resource(name, name), [](const call& call) -> outcome {
      return read_result{protocol::resource_contents::text(std::string{call.name()}, "added")};
    });
  return set;
}

entry_kind kind_of(std::string_view kind) {
  return kind == "tool"     ? entry_kind::tool
         : kind == "prompt" ? entry_kind::prompt
                            : entry_kind::resource;
}

// What the hooks were told, in order.
class journal {
public:
  void add(std::string_view event, const client_identity& client) {
    const std::lock_guard guard{mutex_};
    lines_.push_back(json::object{
        {"event", event}, {"id", client.id}, {"name", client.name}, {"revision", client.revision}});
  }
  std::string text() const {
    const std::lock_guard guard{mutex_};
    return json::serialize(lines_);
  }

private:
  mutable std::mutex mutex_;
  json::array lines_;
};

void add_hooks(node& node) {
  const auto events = std::make_shared<journal>();
  node.on_client_connected([events](const client_identity& who) { events->add("connected", who); });
  node.on_client_initialized(
      [events](const client_identity& who) { events->add("initialized", who); });
  node.on_client_disconnected([events](const client_identity& who, session_end why) {
    events->add("disconnected: " + std::string{to_string(why)}, who);
  });
  node.handlers().add(
      tool("hooks").with_description("What the hooks were told"),
      [events](const call&) -> outcome { return tool_result::text(events->text()); });
}

std::string_view describe(const caf::expected<notify_status>& status) {
  if (!status)
    return "error";
  switch (*status) {
  case notify_status::delivered:
    return "delivered";
  case notify_status::client_not_found:
    return "client not found";
  case notify_status::client_not_initialized:
    return "client not initialised";
  case notify_status::not_supported:
    return "notification not supported";
  }
  return "unknown";
}

void add_notifying(node& node) {
  node.handlers().add(
      tool("notify_client").with_description("Sends a notification to a client by its name"),
      {[&node](const call& call) -> outcome {
         const auto* params = call.arguments().if_contains("params");
         auto status = node.notify(text_argument(call, "client"), text_argument(call, "method"),
                                   params != nullptr ? *params : json::value{});
         return tool_result::text(std::string{describe(status.get())});
       },
       execution::blocking});
  node.handlers().add(
      tool("whoami").with_description("The public name of the client"),
      [](const call& call) -> outcome { return tool_result::text(call.client().identity.id); });
}

void add_changing(node& node) {
  node.handlers().add(tool("add").with_description("Adds a tool, prompt or resource"),
                      {[&node](const call& call) -> outcome {
                         auto set =
                             addition(text_argument(call, "kind"), text_argument(call, "name"));
                         const auto done = node.update(std::move(set)).get();
                         return tool_result::text(done ? "added" : "refused");
                       },
                       execution::blocking});
  node.handlers().add(
      tool("settle").with_description("Returns when every I/O thread has told what was published"),
      {[&node](const call&) -> outcome { // no change, behind all others
         return tool_result::text(node.update(handler_set{}).get() ? "settled" : "refused");
       },
       execution::blocking});
  node.handlers().add(tool("remove").with_description("Removes a tool, prompt or resource"),
                      {[&node](const call& call) -> outcome {
                         handler_set set;
                         set.remove(kind_of(text_argument(call, "kind")),
                                    text_argument(call, "name"));
                         const auto done = node.update(std::move(set)).get();
                         return tool_result::text(done ? "removed" : "refused");
                       },
                       execution::blocking});
  node.handlers().add(tool("touch").with_description("Says that a resource has changed"),
                      [&node](const call& call) -> outcome {
                        node.resource_updated(text_argument(call, "uri"));
                        return tool_result::text("touched");
                      });
}

} // namespace

void add_publishing(node& node) {
  add_changing(node);
  add_notifying(node);
  add_hooks(node);
}

} // namespace troupe::test_server
