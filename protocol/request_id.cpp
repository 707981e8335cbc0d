#include "troupe/protocol/request_id.hpp"

#include "troupe/protocol/encode.hpp"
#include "troupe/protocol/overloaded.hpp"

#include <limits>
#include <utility>

namespace troupe::protocol {

request_id::request_id(std::uint64_t value) {
  if (std::in_range<std::int64_t>(value))
    value_ = static_cast<std::int64_t>(value);
  else
    value_ = value;
}

std::optional<request_id> request_id::from(const json::value& value) {
  if (const auto* text = value.if_string()) {
    if (text->size() > max_string_size)
      return std::nullopt;
    return request_id(std::string(text->data(), text->size()));
  }
  if (const auto* number = value.if_int64())
    return request_id(std::int64_t{*number});
  if (const auto* number = value.if_uint64())
    return request_id(std::uint64_t{*number});
  return std::nullopt;
}

void request_id::append_json(std::string& out) const {
  std::visit(overloaded{[&](const std::string& text) { append_string(out, text); },
                        [&](auto number) { append_number(out, number); }},
             value_);
}

std::string request_id::to_json() const {
  std::string result;
  append_json(result);
  return result;
}

json::value request_id::to_value() const {
  return std::visit(
      overloaded{[](const std::string& text) { return json::value(json::string(text)); },
                 [](auto number) { return json::value(number); }},
      value_);
}

std::size_t request_id::hash() const noexcept {
  return std::hash<decltype(value_)>{}(value_);
}

std::strong_ordering operator<=>(const request_id& lhs, const request_id& rhs) noexcept {
  return lhs.value_ <=> rhs.value_;
}

} // namespace troupe::protocol
