// The input is `params` of a request about a task; and whatever a task is called and says, its messages are JSON.
#include "troupe/protocol/task.hpp"

#include "troupe/protocol/document.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <limits>

using namespace troupe::protocol;

namespace {

void require(bool holds) {
  if (!holds)
    std::abort();
}

void read(std::string_view input) {
  const auto params = parse_value(input);
  if (!params || !params->is_object())
    return;
  const auto* object = &params->get_object();
  const auto id = parse_task_id(object);
  const auto update = parse_task_update(object);
  require(id || id.error().code == error_code::invalid_params);
  require(!update || (id && update->id == *id && update->responses != nullptr));
}

void write(std::string_view input) {
  std::int64_t time = 0;
  std::memcpy(&time, input.data(), std::min(sizeof time, input.size()));
  if (time == std::numeric_limits<std::int64_t>::min())
    return;
  const rpc_error error(-32000, std::string(input), json::string(input));
  for (const task_situation& situation :
       {task_situation(task_working{}), task_situation(task_failed{&error})}) {
    const task each{input, situation, input, time, -time, std::nullopt, std::nullopt};
    std::string out;
    append_task_result(out, each, revision::r2026_07_28);
    const auto result = parse_value(out);
    require(result.has_value() && result->at("createdAt").as_string().size() == 24);
    require(parse_value("{" + make_task_members(each) + "}").has_value());
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  read(input);
  if (!input.empty())
    write(input);
  return 0;
}
