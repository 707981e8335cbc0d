#include "troupe/protocol/json_rpc.hpp"

#define CAF_SUITE json_rpc
#include "caf/test/unit_test.hpp"

#include <string>

using namespace troupe::protocol;

namespace {

// The message's parts point into the document, so the two go together.
struct classified {
  document_ptr doc;
  message what;
};

classified classify_text(std::string_view text) {
  auto doc = document::parse(text).value();
  auto what = classify(doc->root());
  return {std::move(doc), std::move(what)};
}

} // namespace

CAF_TEST(a_request_has_a_method_and_an_id) {
  const auto [doc, what] =
      classify_text(R"({"jsonrpc":"2.0","id":"a","method":"ping","params":{"x":1},"other":[]})");
  const auto* found = std::get_if<request>(&what);
  CAF_REQUIRE(found != nullptr);
  CAF_CHECK_EQUAL(found->id.to_json(), R"("a")");
  CAF_CHECK_EQUAL(found->method, "ping");
  CAF_REQUIRE(found->params != nullptr);
  CAF_CHECK(found->params->contains("x"));
}

CAF_TEST(a_notification_has_a_method_and_no_id) {
  const auto [doc, what] =
      classify_text(R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
  const auto* found = std::get_if<notification>(&what);
  CAF_REQUIRE(found != nullptr);
  CAF_CHECK_EQUAL(found->method, "notifications/initialized");
  CAF_CHECK(found->params == nullptr);
}

CAF_TEST(a_response_has_a_result_or_an_error) {
  const auto [doc, what] = classify_text(R"({"jsonrpc":"2.0","id":7,"result":{"roots":[]}})");
  const auto* found = std::get_if<response>(&what);
  CAF_REQUIRE(found != nullptr);
  CAF_CHECK(found->id == request_id(std::int64_t{7}));
  CAF_CHECK(found->result != nullptr && !found->error);

  const auto [doc2, what2] =
      classify_text(R"({"jsonrpc":"2.0","id":7,"error":{"code":-1,"message":"no","data":[1]}})");
  const auto* failed = std::get_if<response>(&what2);
  CAF_REQUIRE(failed != nullptr);
  CAF_CHECK(failed->result == nullptr);
  CAF_REQUIRE(failed->error.has_value());
  CAF_CHECK_EQUAL(failed->error->code, -1);
  CAF_CHECK_EQUAL(failed->error->message, "no");
  CAF_CHECK(failed->error->data.is_array());
}

CAF_TEST(everything_else_is_an_invalid_request) {
  struct row {
    const char* text;
    /// As JSON; empty: none.
    const char* id;
  };
  for (const auto& [text, id] : {
           row{R"([])", ""},
           {R"([{"jsonrpc":"2.0","id":1,"method":"ping"}])", ""},
           {R"(1)", ""},
           {R"("ping")", ""},
           {R"(null)", ""},
           {R"({})", ""},
           {R"({"id":1,"method":"ping"})", "1"},
           {R"({"jsonrpc":2.0,"id":1,"method":"ping"})", "1"},
           {R"({"jsonrpc":"2","id":1,"method":"ping"})", "1"},
           {R"({"jsonrpc":"2.0 ","id":1,"method":"ping"})", "1"},
           {R"({"jsonrpc":"1.0","id":"a","method":"ping"})", R"("a")"},
           {R"({"jsonrpc":"2.0","id":null,"method":"ping"})", ""},
           {R"({"jsonrpc":"2.0","id":1.5,"method":"ping"})", ""},
           {R"({"jsonrpc":"2.0","id":true,"method":"ping"})", ""},
           {R"({"jsonrpc":"2.0","id":{},"method":"ping"})", ""},
           {R"({"jsonrpc":"2.0","id":18446744073709551616,"method":"ping"})", ""},
           {R"({"jsonrpc":"2.0","id":1})", "1"},
           {R"({"jsonrpc":"2.0","id":1,"method":5})", "1"},
           {R"({"jsonrpc":"2.0","id":1,"method":null})", "1"},
           {R"({"jsonrpc":"2.0","id":1,"method":"ping","params":[]})", "1"},
           {R"({"jsonrpc":"2.0","id":1,"method":"ping","params":null})", "1"},
           {R"({"jsonrpc":"2.0","method":"ping","params":"x"})", ""},
           {R"({"jsonrpc":"2.0","id":1,"method":"ping","result":{}})", "1"},
           {R"({"jsonrpc":"2.0","id":1,"method":"ping","error":{"code":1,"message":""}})", "1"},
           {R"({"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":""}})", "1"},
           {R"({"jsonrpc":"2.0","result":{}})", ""},
           {R"({"jsonrpc":"2.0","id":null,"error":{"code":1,"message":""}})", ""},
           {R"({"jsonrpc":"2.0","id":1,"result":5})", "1"},
           {R"({"jsonrpc":"2.0","id":1,"error":5})", "1"},
           {R"({"jsonrpc":"2.0","id":1,"error":{}})", "1"},
           {R"({"jsonrpc":"2.0","id":1,"error":{"code":"1","message":""}})", "1"},
           {R"({"jsonrpc":"2.0","id":1,"error":{"code":1.5,"message":""}})", "1"},
           {R"({"jsonrpc":"2.0","id":1,"error":{"code":4294967296,"message":""}})", "1"},
           {R"({"jsonrpc":"2.0","id":1,"error":{"code":1}})", "1"},
       }) {
    CAF_MESSAGE(text);
    const auto [doc, what] = classify_text(text);
    const auto* found = std::get_if<invalid_message>(&what);
    CAF_REQUIRE(found != nullptr);
    CAF_CHECK_EQUAL(found->error.code, error_code::invalid_request);
    CAF_CHECK(!found->error.message.empty());
    CAF_CHECK_EQUAL(found->id ? found->id->to_json() : "", id);
  }
}

CAF_TEST(the_elements_of_a_batch_stand_for_themselves) {
  const auto doc =
      document::parse(
          R"([{"jsonrpc":"2.0","id":1,"method":"ping"},5,{"jsonrpc":"2.0","method":"n"},[]])")
          .value();
  const auto batch = classify_batch(doc->root());
  CAF_REQUIRE(batch.has_value());
  CAF_REQUIRE_EQUAL(batch->size(), 4u);
  CAF_CHECK(std::holds_alternative<request>((*batch)[0]));
  CAF_CHECK(std::holds_alternative<invalid_message>((*batch)[1]));
  CAF_CHECK(std::holds_alternative<notification>((*batch)[2]));
  CAF_CHECK(std::holds_alternative<invalid_message>((*batch)[3]));
}

CAF_TEST(a_batch_is_neither_empty_nor_too_long) {
  for (const auto* text : {"[]", "[1,2,3]", "{}", "1"}) {
    CAF_MESSAGE(text);
    const auto doc = document::parse(text).value();
    const auto batch = classify_batch(doc->root(), 2);
    CAF_REQUIRE(batch.has_error());
    CAF_CHECK_EQUAL(batch.error().error.code, error_code::invalid_request);
    CAF_CHECK(!batch.error().id);
  }
  const auto doc = document::parse("[1,2]").value();
  CAF_CHECK(classify_batch(doc->root(), 2).has_value());
}
