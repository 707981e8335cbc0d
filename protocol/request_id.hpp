// The id of a JSON-RPC request, without loss: a string stays a string, an integer keeps all 64
// bits. MCP forbids null; fractional, exponential and larger numbers are refused, because they
// could not be echoed exactly. A progress token has the same type on the wire (progress.hpp).
#pragma once

#include "troupe/protocol/json.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace troupe::protocol {

class request_id {
public:
  /// The longest string taken from the wire, in bytes: ids are stored as long as their requests
  /// run.
  static constexpr std::size_t max_string_size = 1024;

  /// The integer 0.
  request_id() = default;

  explicit request_id(std::int64_t value) : value_(value) {}
  explicit request_id(std::uint64_t value);
  explicit request_id(std::string value) : value_(std::move(value)) {}

  /// Nothing unless `value` is a string of at most max_string_size bytes or an integer of at most
  /// 64 bits.
  static std::optional<request_id> from(const json::value& value);

  bool is_string() const noexcept { return std::holds_alternative<std::string>(value_); }

  /// Null unless the id is a string.
  const std::string* if_string() const noexcept { return std::get_if<std::string>(&value_); }

  /// Null unless the id is an integer that fits.
  const std::int64_t* if_int64() const noexcept { return std::get_if<std::int64_t>(&value_); }

  /// Appends the id as JSON, in its own type.
  void append_json(std::string& out) const;

  /// For logs and for places that want a JSON value.
  std::string to_json() const;
  json::value to_value() const;

  std::size_t hash() const noexcept;

  friend bool operator==(const request_id&, const request_id&) = default;
  friend std::strong_ordering operator<=>(const request_id& lhs, const request_id& rhs) noexcept;

private:
  // Canonical: the uint64 alternative holds only what int64 cannot.
  std::variant<std::int64_t, std::uint64_t, std::string> value_;
};

} // namespace troupe::protocol

template<>
struct std::hash<troupe::protocol::request_id> {
  std::size_t operator()(const troupe::protocol::request_id& id) const noexcept {
    return id.hash();
  }
};
