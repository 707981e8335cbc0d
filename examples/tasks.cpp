// Work that takes longer than anybody wants to hold a request open. A client of 2026-07-28 with the
// extension io.modelcontextprotocol/tasks gets a task at once and asks for it later; every other
// client just waits for the result, with progress on its stream. The handler is the same.

#include <chrono>
#include <string>
#include <thread>

#include "troupe/supervision/server.hpp"

namespace {

using namespace troupe;

constexpr int pages = 5;

/// On a thread of its own (execution::blocking), because it waits.
outcome print(const call& call) {
  for (int page = 1; page <= pages; ++page) {
    if (call.cancelled()) // tasks/cancel, or the waiting client has gone
      return tool_result::error("Cancelled.");
    call.progress(page, pages, "page " + std::to_string(page) + " of " + std::to_string(pages));
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
  }
  return tool_result::text("Printed " + std::to_string(pages) + " pages.");
}

/// Looks at the call first: a small job is done at once, a large one asks for a task.
outcome copy(const call& call) {
  const auto& arguments = call.arguments();
  const auto count = arguments.at("count").as_int64(); // required by the schema
  if (count > 100 && !call.in_task())
    return continue_as_task{};
  return tool_result::text("Copied " + std::to_string(count) + " times.");
}

} // namespace

int main(int argc, char** argv) {
  return supervision::run_server(argc, argv, [](node& node) {
    node.handlers()
        .add(protocol::tool{"print"}.with_description("Prints five pages, slowly."),
             {print, execution::blocking}, {.tasks = task_support::optional})
        .add(protocol::tool{"copy"}
                 .with_description("Copies; more than 100 copies become a task.")
                 .with_input(R"({"type":"object","required":["count"],
                                 "properties":{"count":{"type":"integer","minimum":1}}})"),
             copy, {.tasks = task_support::optional, .start = task_start::returned});
  });
}
