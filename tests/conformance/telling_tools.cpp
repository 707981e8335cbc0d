#include "tests/conformance/groups.hpp"

#include <chrono>
#include <thread>

namespace troupe::conformance {

namespace {

using protocol::log_level;
using protocol::tool;

// The suite wants to see the messages arrive one after the other.
void pause() {
  std::this_thread::sleep_for(std::chrono::milliseconds{50});
}

outcome log_three_times(const call& call) {
  call.log(log_level::info, "Tool execution started");
  pause();
  call.log(log_level::info, "Tool processing data");
  pause();
  call.log(log_level::info, "Tool execution completed");
  return tool_result::text("Logged three messages");
}

outcome report_progress(const call& call) {
  call.progress(0, 100);
  pause();
  call.progress(50, 100);
  pause();
  call.progress(100, 100);
  return tool_result::text("Reported progress three times");
}

} // namespace

void add_telling_tools(handler_set& set) {
  set.add(tool("test_tool_with_logging").with_description("Sends three log messages"),
          {log_three_times, execution::blocking});
  set.add(tool("test_tool_with_progress").with_description("Reports progress at 0, 50 and 100"),
          {report_progress, execution::blocking});
}

} // namespace troupe::conformance
