#include "tests/conformance/groups.hpp"

#include <chrono>
#include <thread>

namespace troupe::conformance {

namespace {

// The client has to come back with Last-Event-ID for what is returned after the connection closed.
outcome reconnect(const call& call) {
  call.detach_stream();
  std::this_thread::sleep_for(std::chrono::milliseconds{100});
  return tool_result::text("Reconnection test completed successfully");
}

} // namespace

void add_stream_tools(handler_set& set) {
  set.add(protocol::tool("test_reconnection")
              .with_description("Closes the stream of its call, and answers on the next one"),
          {reconnect, execution::blocking});
}

} // namespace troupe::conformance
