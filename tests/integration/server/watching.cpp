#include "tests/integration/server/groups.hpp"

#include "troupe/protocol/json.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace troupe::test_server {

std::int64_t microseconds_now() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

namespace {

namespace json = boost::json;
using protocol::tool;

// When handlers saw their flag: 0 while they watch it.
class flag_book {
public:
  void note(const std::string& key, std::int64_t when) {
    const std::lock_guard guard{mutex_};
    seen_[key] = when;
  }
  std::string text() const {
    const std::lock_guard guard{mutex_};
    return json::serialize(json::value_from(seen_));
  }

private:
  mutable std::mutex mutex_;
  std::map<std::string, std::int64_t> seen_;
};

} // namespace

void add_watching(node& node) {
  auto& set = node.handlers();
  const auto book = std::make_shared<flag_book>();
  set.add(
      tool("clock").with_description("Microseconds of the clock that the other tools use"),
      [](const call&) -> outcome { return tool_result::text(std::to_string(microseconds_now())); });
  set.add(tool("watch_flag").with_description("Runs until it is cancelled"),
          {[book](const call& call) -> outcome {
             const std::string key{call.string_argument("key").value_or("")};
             book->note(key, 0);
             while (!call.cancelled())
               std::this_thread::sleep_for(std::chrono::milliseconds{1});
             book->note(key, microseconds_now());
             return tool_result::text("nobody reads this");
           },
           execution::blocking});
  set.add(tool("flag_seen_at").with_description("When each key's flag was seen; 0 for not yet"),
          [book](const call&) -> outcome { return tool_result::text(book->text()); });
}

} // namespace troupe::test_server
