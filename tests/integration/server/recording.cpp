#include "tests/integration/server/groups.hpp"

#include "troupe/protocol/json.hpp"

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

namespace troupe::test_server {

namespace {

using protocol::tool;

/// One write at the end of the file: nothing of another call gets in between, and no crash takes it back.
void append_line(const std::string& path, std::string line) {
  line += '\n';
  const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  const auto size = static_cast<ssize_t>(line.size());
  const bool done = file >= 0 && ::write(file, line.data(), line.size()) == size;
  if (file >= 0)
    ::close(file);
  if (!done)
    throw std::runtime_error{"cannot write to " + path};
}

outcome record(const call& call) {
  const std::string key{call.string_argument("key").value_or("")};
  append_line(std::string{call.string_argument("path").value_or("")}, key);
  return tool_result::text(key);
}

outcome record_slowly(const call& call) {
  auto result = record(call);
  const auto* pause = call.arguments().if_contains("pause_ms");
  if (pause != nullptr && pause->is_int64())
    std::this_thread::sleep_for(std::chrono::milliseconds{pause->get_int64()});
  return result;
}

} // namespace

void add_recording(node& node) {
  constexpr auto schema = R"({"type":"object","required":["key","path"],"properties":{
      "key":{"type":"string"},"path":{"type":"string"},"text":{"type":"string"},
      "pause_ms":{"type":"integer","minimum":0,"maximum":10000}}})";
  node.handlers().add(tool("record")
                          .with_description("Writes its key to a file, and gives it back")
                          .with_input(schema),
                      record);
  node.handlers().add(
      tool("record_slowly").with_description("The same, then it pauses").with_input(schema),
      {record_slowly, execution::blocking});
}

} // namespace troupe::test_server
