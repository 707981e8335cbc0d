#include "troupe/protocol/document.hpp"

#include "troupe/protocol/document_builder.hpp"
#include "troupe/protocol/member.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <algorithm>
#include <new>
#include <string>
#include <utility>

namespace troupe::protocol {

namespace {

using document_parser = json::basic_parser<document_builder>;

json::parse_options options_for(const parse_limits& limits) {
  json::parse_options options;
  options.max_depth = limits.max_depth;
  return options;
}

std::string at_byte(std::size_t position) {
  return " at byte " + std::to_string(position);
}

rpc_error explain_limit(exceeded_limit exceeded, const parse_limits& limits, std::size_t position) {
  switch (exceeded) {
  case exceeded_limit::values:
    return make_invalid_request("more than " + std::to_string(limits.max_values) + " JSON values" +
                                at_byte(position));
  case exceeded_limit::members:
    return make_invalid_request("a JSON object with more than " +
                                std::to_string(limits.max_members) + " members ends" +
                                at_byte(position));
  default:
    return make_invalid_request("a number beyond the range of a double" + at_byte(position));
  }
}

// Runs the parser over a complete text; the error to answer with when it does not get to the end.
std::optional<rpc_error> run(document_parser& parser, std::string_view text,
                             const parse_limits& limits) {
  boost::system::error_code ec;
  const auto used = parser.write_some(false, text.data(), text.size(), ec);
  if (!ec && used == text.size())
    return std::nullopt;
  if (parser.handler().exceeded() != exceeded_limit::none)
    return explain_limit(parser.handler().exceeded(), limits, used);
  if (ec == json::error::too_deep)
    return make_invalid_request("JSON nested deeper than " + std::to_string(limits.max_depth) +
                                " levels" + at_byte(used));
  if (!ec)
    return make_parse_error("invalid JSON: more text after the document" + at_byte(used));
  return make_parse_error("invalid JSON: " + ec.message() + at_byte(used));
}

invalid_message duplicate_in(const char* where, std::optional<request_id> id) {
  return {
      make_invalid_request(std::string("duplicate member in ") + where + ": send every name once"),
      std::move(id)};
}

std::optional<invalid_message> find_duplicate(const json::object& envelope,
                                              const member_counts& counts) {
  if (envelope.size() != counts.envelope)
    return duplicate_in("the message", std::nullopt);
  const auto* params = find_object(envelope, "params");
  if (params == nullptr)
    return std::nullopt;
  const char* where = nullptr;
  if (counts.params && params->size() != *counts.params) {
    where = "params";
  } else if (counts.meta) {
    const auto* meta = find_object(*params, "_meta");
    if (meta != nullptr && meta->size() != *counts.meta)
      where = "params._meta";
  }
  if (where == nullptr)
    return std::nullopt;
  const auto* id = find_member(envelope, "id");
  return duplicate_in(where, id != nullptr ? request_id::from(*id) : std::nullopt);
}

std::optional<invalid_message> find_duplicate(const json::value& root,
                                              const document_builder& builder) {
  if (const auto* envelope = root.if_object())
    return find_duplicate(*envelope, builder.counts());
  auto counts = builder.batch_counts().begin();
  if (const auto* batch = root.if_array()) {
    for (const auto& element : *batch) {
      const auto* envelope = element.if_object();
      if (envelope == nullptr)
        continue;
      if (auto found = find_duplicate(*envelope, *counts++)) {
        // One bad element spoils the batch, so its id is not the one to answer to.
        found->id.reset();
        return found;
      }
    }
  }
  return std::nullopt;
}

// Values take about three times the room of their text; what does not fit here gets blocks of its own. A small document
// is just small enough for the store of free blocks that glibc's malloc keeps for each thread.
std::size_t buffer_size_for(std::size_t text_size) {
  return std::clamp(text_size * 3, std::size_t{1024} - sizeof(document), std::size_t{16} * 1024);
}

} // namespace

document::document(std::size_t buffer_size) noexcept
    : arena_(reinterpret_cast<unsigned char*>(this + 1), buffer_size), root_(nullptr) {}

// The root is left alone: its memory goes with the arena, and so does that of all values in it.
document::~document() {} // NOLINT(modernize-use-equals-default): root_ is in a union

void document::operator delete(void* memory) {
  ::operator delete(memory);
}

boost::system::result<document_ptr, invalid_message> document::parse(std::string_view bytes,
                                                                     const parse_limits& limits) {
  const auto buffer_size = buffer_size_for(bytes.size());
  auto* doc = new (::operator new(sizeof(document) + buffer_size)) document(buffer_size);
  const document_ptr result = doc;
  const arena_scope scope(doc->arena_);
  document_parser parser(options_for(limits), limits, arena_resource());
  if (auto error = run(parser, bytes, limits))
    return invalid_message{std::move(*error), std::nullopt};
  new (&doc->root_) json::value(parser.handler().release());
  if (auto duplicate = find_duplicate(doc->root_, parser.handler()))
    return std::move(*duplicate);
  return result;
}

rpc_result<json::value> parse_value(std::string_view text, const parse_limits& limits) {
  document_parser parser(options_for(limits), limits, json::storage_ptr());
  if (auto error = run(parser, text, limits))
    return std::move(*error);
  return parser.handler().release();
}

} // namespace troupe::protocol
