#include "troupe/protocol/rpc_error.hpp"

#define CAF_SUITE rpc_error
#include "caf/test/unit_test.hpp"

#include "troupe/protocol/encode.hpp"

#include <stdexcept>

using namespace troupe::protocol;

namespace {

std::string data_of(const rpc_error& error) {
  std::string out;
  append_json(out, error.data);
  return out;
}

} // namespace

CAF_TEST(each_error_has_its_code_and_data) {
  struct row {
    rpc_error error;
    int code;
    const char* data;
  };
  const row table[] = {
      {make_parse_error("x"), -32700, "null"},
      {make_invalid_request("x"), -32600, "null"},
      {make_method_not_found("no/such"), -32601, "null"},
      {make_invalid_params("x"), -32602, "null"},
      {make_internal_error("i-42"), -32603, R"({"incident":"i-42"})"},
      {make_not_initialized(), -32000, "null"},
      {make_already_initialized(), -32001, "null"},
      {make_resource_not_found("test://x"), -32002, R"({"uri":"test://x"})"},
      {make_resource_not_found("test://x", true), -32602, R"({"uri":"test://x"})"},
      {make_url_elicitation_required("open it", {json::object{{"mode", "url"}}}), -32042,
       R"({"elicitations":[{"mode":"url"}]})"},
      {make_header_mismatch("x"), -32020, "null"},
      {make_missing_client_capability({{"sampling", json::object()}}), -32021,
       R"({"requiredCapabilities":{"sampling":{}}})"},
      {make_unsupported_protocol_version("v9"), -32022,
       R"({"requested":"v9","supported":["2026-07-28"]})"},
  };
  for (const auto& [error, code, data] : table) {
    CAF_MESSAGE(error.message);
    CAF_CHECK_EQUAL(error.code, code);
    CAF_CHECK_EQUAL(data_of(error), data);
    CAF_CHECK(!error.message.empty());
  }
}

CAF_TEST(a_long_method_name_is_not_sent_back_whole) {
  CAF_CHECK(make_method_not_found(std::string(100'000, 'x')).message.size() < 100);
}

CAF_TEST(the_value_of_an_error_throws_what_it_is) {
  const rpc_result<std::string> failed = make_invalid_params("bad cursor");
  try {
    static_cast<void>(failed.value());
    CAF_FAIL("no exception");
  } catch (const std::runtime_error& error) {
    CAF_CHECK_EQUAL(std::string(error.what()), "JSON-RPC error -32602: bad cursor");
  }
}
