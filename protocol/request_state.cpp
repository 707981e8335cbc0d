#include "troupe/protocol/request_state.hpp"

#include "troupe/protocol/byte_fields.hpp"
#include "troupe/protocol/sealed_box.hpp"

#include <stdexcept>

namespace troupe::protocol {

namespace {

constexpr std::string_view purpose = "request-state";
constexpr std::uint8_t mrtr_version = 1;

// The digest comes first, as it alone has a fixed size and no length before it.
std::string context_of(const request_binding& binding) {
  std::string context(binding.arguments.begin(), binding.arguments.end());
  append_field(context, binding.method);
  append_field(context, binding.name);
  append_field(context, binding.principal);
  return context;
}

state_problem to_state_problem(box_problem problem) noexcept {
  switch (problem) {
  case box_problem::malformed:
    return state_problem::malformed;
  case box_problem::unknown_key:
    return state_problem::unknown_key;
  default:
    return state_problem::forged;
  }
}

} // namespace

std::string_view to_string(state_problem problem) noexcept {
  switch (problem) {
  case state_problem::malformed:
    return "malformed";
  case state_problem::unknown_key:
    return "unknown_key";
  case state_problem::forged:
    return "forged";
  default:
    return "expired";
  }
}

void throw_exception_from_error(state_problem problem, const boost::source_location&) {
  throw std::runtime_error("a request state is refused: " + std::string(to_string(problem)));
}

rpc_error make_invalid_request_state() {
  return make_invalid_params("params.requestState: invalid or expired requestState; "
                             "start over without it");
}

std::string seal_request_state(const key_ring& ring, const request_binding& binding,
                               std::int64_t expires_at, std::string_view payload) {
  std::string plaintext;
  plaintext.reserve(sizeof expires_at + payload.size());
  append_u64(plaintext, static_cast<std::uint64_t>(expires_at));
  plaintext += payload;
  return seal_box(ring, purpose, context_of(binding), plaintext);
}

boost::system::result<std::string, state_problem> open_request_state(const key_ring& ring,
                                                                     const request_binding& binding,
                                                                     std::int64_t now,
                                                                     std::string_view text) {
  auto plaintext = open_box(ring, purpose, context_of(binding), text);
  if (!plaintext)
    return to_state_problem(plaintext.error());
  const auto expires_at = field_reader(*plaintext).u64();
  if (!expires_at)
    return state_problem::malformed;
  if (now >= static_cast<std::int64_t>(*expires_at))
    return state_problem::expired;
  plaintext->erase(0, sizeof *expires_at);
  return std::move(*plaintext);
}

std::string encode_mrtr_state(const mrtr_state& state) {
  std::string payload;
  payload += static_cast<char>(mrtr_version);
  append_u32(payload, state.round);
  append_field(payload, state.handler);
  append_u32(payload, static_cast<std::uint32_t>(state.asked.size()));
  for (const auto& question : state.asked) {
    append_field(payload, question.key);
    append_field(payload, question.method);
    append_field(payload, question.schema);
  }
  return payload;
}

std::optional<mrtr_state> decode_mrtr_state(std::string_view payload) {
  field_reader reader(payload);
  if (reader.u8() != mrtr_version)
    return std::nullopt;
  const auto round = reader.u32();
  const auto handler = reader.field();
  const auto count = reader.u32();
  if (!round || !handler || !count)
    return std::nullopt;
  mrtr_state state{*round, std::string(*handler), {}};
  for (std::uint32_t i = 0; i < *count; ++i) {
    const auto key = reader.field();
    const auto method = reader.field();
    const auto schema = reader.field();
    if (!key || !method || !schema)
      return std::nullopt;
    state.asked.push_back({std::string(*key), std::string(*method), std::string(*schema)});
  }
  if (!reader.rest().empty())
    return std::nullopt;
  return state;
}

} // namespace troupe::protocol
