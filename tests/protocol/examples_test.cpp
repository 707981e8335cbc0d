#include "tests/protocol/examples/examples.hpp"

#define CAF_SUITE examples
#include "caf/test/unit_test.hpp"

#include "troupe/protocol/encode.hpp"
#include "troupe/protocol/subscription.hpp"
#include "troupe/protocol/task.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>

using namespace troupe::protocol;

namespace {

const std::filesystem::path folder = TROUPE_EXAMPLES;

std::string read(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::map<std::string, examples::row> all_rows() {
  std::map<std::string, examples::row> rows;
  for (const auto& table : {examples::requests(), examples::answers(), examples::results(),
                            examples::descriptions(), examples::questions(), examples::notices()})
    for (const auto& row : table)
      if (!rows.emplace(row.file, row).second)
        CAF_FAIL("two rows for " << row.file);
  return rows;
}

} // namespace

CAF_TEST(every_example_of_the_specification_is_read_or_written) {
  const auto rows = all_rows();
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file())
      continue;
    const auto name = entry.path().lexically_relative(folder).generic_string();
    const auto row = rows.find(name);
    if (row == rows.end()) {
      CAF_ERROR("no row for " << name);
      continue;
    }
    const auto text = read(entry.path());
    const auto problem = row->second.check(text, examples::parse(text));
    if (!problem.empty())
      CAF_ERROR(name << ": " << problem);
    ++count;
  }
  std::cout << count << " example messages\n";
  CAF_CHECK_EQUAL(count, rows.size());
}

CAF_TEST(a_message_that_breaks_its_definition_is_found) {
  CAF_CHECK(!examples::breach(examples::parse(R"({"resultType":1})"), "Result").empty());
  CAF_CHECK(!examples::breach(examples::parse("{}"), "CallToolResult").empty());
  CAF_CHECK(!examples::difference(1, "1").empty());
}

// The schema has no definitions for the extension, but its messages are results, errors and notifications like others.
CAF_TEST(messages_about_tasks_fit_the_schema) {
  const result_context to{revision::r2026_07_28, R"({"name":"troupe","version":"1"})"};
  const rpc_error error(-32603, "broken");
  const auto fits = [](const std::string& text, std::string_view definition) {
    CAF_CHECK_EQUAL(examples::breach(examples::parse(text), definition), std::string());
  };
  const auto* requests = R"({"name":{"method":"roots/list","params":{}}})";
  for (const task_situation& situation :
       {task_situation(task_working{}), task_situation(task_input_required{requests}),
        task_situation(task_completed{R"({"resultType":"complete","content":[]})"}),
        task_situation(task_failed{&error}), task_situation(task_cancelled{})}) {
    const task each{"t-1", situation, "", 0, 0, 1000, 1000};
    std::string created;
    append_create_task_result(created, each, to);
    fits(created, "Result");
    std::string asked;
    append_task_result(asked, each, to);
    fits(asked, "Result");
    const auto notice = make_tagged_notification(task_notification_method, make_task_members(each));
    fits(notice.before + "1" + notice.after, "JSONRPCNotification");
    const auto params = examples::parse(notice.before + "1" + notice.after).at("params");
    CAF_CHECK_EQUAL(examples::breach(params, "NotificationParams"), std::string());
  }
  fits(requests, "InputRequests");
  std::string acknowledged;
  append_task_ack(acknowledged, to);
  fits(acknowledged, "EmptyResult");
  std::string refused;
  append_error(refused, request_id("1"), make_missing_tasks_extension());
  fits(refused, "MissingRequiredClientCapabilityError");
}
