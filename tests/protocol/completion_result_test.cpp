#include "troupe/protocol/completion_result.hpp"

#define CAF_SUITE completion_result
#include "caf/test/unit_test.hpp"

#include "troupe/protocol/document.hpp"

using namespace troupe::protocol;

namespace {

std::string written(const completion_result& result) {
  std::string out;
  result.append_json(out, revision::r2025_11_25);
  return out;
}

} // namespace

CAF_TEST(few_values_are_written_as_they_are) {
  CAF_CHECK_EQUAL(written({}), R"({"completion":{"values":[],"hasMore":false}})");
  completion_result result({"a", "b"});
  result.total = 7;
  result.has_more = true;
  CAF_CHECK_EQUAL(written(result),
                  R"({"completion":{"values":["a","b"],"total":7,"hasMore":true}})");
}

CAF_TEST(never_more_than_a_hundred_values) {
  for (const std::size_t count : {99U, 100U, 101U, 500U}) {
    const auto out = written(completion_result(std::vector<std::string>(count, "x")));
    const auto completion = parse_value(out).value().at("completion").as_object();
    const std::size_t written_count = count > 100 ? 100 : count;
    CAF_CHECK_EQUAL(completion.at("values").as_array().size(), written_count);
    CAF_CHECK_EQUAL(completion.at("hasMore").as_bool(), count > 100);
    CAF_CHECK_EQUAL(completion.contains("total"), count > 100);
    if (count > 100)
      CAF_CHECK_EQUAL(completion.at("total").to_number<std::size_t>(), count);
  }
}
