// Writes the members of one JSON object, or the elements of one array, onto the end of a string and
// puts the commas where they belong. Every MCP value writes itself through these, so that results
// can be composed without building a JSON value first.
#pragma once

#include "troupe/protocol/encode.hpp"
#include "troupe/protocol/json.hpp"

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::protocol {

/// The name of a member. Where it is a literal the compiler has seen that it needs no escapes, and it
/// is copied without being looked at.
class member_name {
public:
  template<std::size_t Size>
  consteval member_name(const char (&literal)[Size]) // NOLINT: meant to convert
      : text_(literal, Size - 1), is_plain_(true) {
    for (const char each : text_)
      if (each < ' ' || each > '~' || each == '"' || each == '\\')
        throw "this name needs escapes; give it as a std::string_view";
  }

  template<std::convertible_to<std::string_view> Text>
  member_name(const Text& text) // NOLINT: meant to convert
      : text_(text) {}

  std::string_view text() const noexcept { return text_; }
  bool is_plain() const noexcept { return is_plain_; }

private:
  std::string_view text_;
  bool is_plain_ = false;
};

class object_writer {
public:
  explicit object_writer(std::string& out) : out_(out) { out_ += '{'; }

  object_writer(const object_writer&) = delete;
  object_writer& operator=(const object_writer&) = delete;

  /// Starts a member; the caller appends the value to the returned string.
  std::string& key(member_name name);

  void member(member_name name, std::string_view text) { append_string(key(name), text); }
  void member(member_name name, const char* text) { member(name, std::string_view(text)); }
  void member(member_name name, std::same_as<bool> auto value) {
    key(name) += value ? "true" : "false";
  }
  void member(member_name name,
              std::integral auto value) requires(!std::same_as<decltype(value), bool>) {
    if constexpr (std::is_signed_v<decltype(value)>)
      append_number(key(name), static_cast<std::int64_t>(value));
    else
      append_number(key(name), static_cast<std::uint64_t>(value));
  }
  void member(member_name name, double value) { append_number(key(name), value); }
  void member(member_name name, const json::value& value) { append_json(key(name), value); }
  void member(member_name name, const json::object& value) { append_json(key(name), value); }
  void member(member_name name, const json::array& value) { append_json(key(name), value); }

  /// Skips the member when there is nothing to say.
  void member_unless_empty(member_name name, std::string_view text);
  void member_unless_empty(member_name name, const json::object& value);

  /// `encoded` is complete JSON text.
  void raw(member_name name, std::string_view encoded) { key(name) += encoded; }

  void close() { out_ += '}'; }

private:
  std::string& out_;
  bool first_ = true;
};

class array_writer {
public:
  explicit array_writer(std::string& out) : out_(out) { out_ += '['; }

  array_writer(const array_writer&) = delete;
  array_writer& operator=(const array_writer&) = delete;

  /// Starts an element; the caller appends it to the returned string.
  std::string& element();

  void element(std::string_view text) { append_string(element(), text); }

  void close() { out_ += ']'; }

private:
  std::string& out_;
  bool first_ = true;
};

} // namespace troupe::protocol
