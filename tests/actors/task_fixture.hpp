#pragma once

// Tasks of a tool whose answers the test gives, and the shard that is told of their changes.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "modern_fixture.hpp"
#include "troupe/protocol/timestamp.hpp"

namespace troupe::test {

inline input_request form(std::string_view property) {
  return protocol::form_elicitation{
      "Please", boost::json::parse(R"({"type":"object","properties":{")" + std::string{property} +
                                   R"(":{"type":"string"}}})")
                    .as_object()};
}

inline std::string accept(std::string_view property, std::string_view value) {
  return R"({"action":"accept","content":{")" + std::string{property} + "\":\"" +
         std::string{value} + "\"}}";
}

/// The shard of this thread, as far as tasks speak to it.
inline caf::behavior run_shard(caf::event_based_actor* self,
                               std::shared_ptr<std::vector<task_changed>> log) {
  self->set_down_handler([](const caf::down_msg&) {}); // of its children
  return {[log](const task_changed& change) { log->push_back(change); }};
}

struct task_fixture : modern_fixture {
  task_fixture() {
    handler_set set;
    set.add(protocol::tool{"job"}.with_description("d"),
            handler{worker, actor_options{.cancellation_messages = true}},
            tool_options{.tasks = task_support::optional});
    CAF_REQUIRE(set.errors().empty());
    offer(set);
    state->shard = sys.spawn(run_shard, changes);
    state->shards = {state->shard};
    run();
  }

  ~task_fixture() override {
    caf::anon_send_exit(state->shard, caf::exit_reason::user_shutdown);
    state->shards.clear();
    state->shard = nullptr;
    task = nullptr;
  }

  /// A task whose handler has been called; returns the CreateTaskResult.
  const boost::json::value& create(std::string_view capabilities = with_both,
                                   std::string_view meta = {}) {
    carry(modern_call("job", capabilities, R"("arguments":{})", meta));
    const auto& created = carried().at("result");
    id = task_id::parse(std::string_view{created.at("taskId").as_string()});
    CAF_REQUIRE(id);
    task = state->tasks.at(*id);
    carrier->answers.clear();
    return created;
  }

  const boost::json::value& ask(protocol::method what, std::string_view responses = "{}") {
    const auto body = parse(responses);
    task_request request{*id, what, protocol::request_id{std::int64_t{9}}, body,
                         &body->root().get_object()};
    auto pending = self->request(task, caf::infinite, std::move(request));
    run();
    pending.receive([this](const task_reply& answer) { reply = answer; },
                    [](const caf::error&) { CAF_FAIL("no reply"); });
    return parsed.emplace_back(boost::json::parse(reply.json));
  }
  const boost::json::value& get() { return ask(protocol::method::tasks_get).at("result"); }
  const boost::json::value& update(std::string_view responses) {
    return ask(protocol::method::tasks_update, responses);
  }

  std::string status() { return std::string{get().at("status").as_string()}; }

  std::string open_questions() {
    const auto& now = get().as_object();
    std::string keys;
    if (const auto* open = now.if_contains("inputRequests"))
      for (const auto& each : open->as_object())
        keys += std::string{each.key()} + ' ';
    return keys;
  }

  /// What listeners of the task were told since the last time: the status of each.
  std::string told() {
    std::string all;
    for (const auto& change : std::exchange(*changes, {})) {
      CAF_CHECK_EQUAL(change.task, std::string{id->view()});
      const auto told = boost::json::parse("{" + change.members + "}");
      all += std::string{told.at("status").as_string()} + ' ';
    }
    return all;
  }

  std::shared_ptr<std::vector<task_changed>> changes =
      std::make_shared<std::vector<task_changed>>();
  std::optional<task_id> id;
  caf::actor task;
  task_reply reply;
};

} // namespace troupe::test
