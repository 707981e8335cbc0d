#include "troupe/protocol/shape.hpp"

#include "troupe/protocol/member.hpp"

#include <string>

namespace troupe::protocol {

namespace {

rpc_result<std::string_view> as_string(const json::value& value, std::string_view path,
                                       std::string_view name) {
  const auto* text = value.if_string();
  if (text == nullptr)
    return make_shape_error(path, name, "a string");
  return std::string_view{*text};
}

} // namespace

rpc_error make_shape_error(std::string_view path, std::string_view member,
                           std::string_view expected) {
  std::string message(path);
  if (!member.empty()) {
    message += '.';
    message += member;
  }
  message += ": expected ";
  message += expected;
  return make_invalid_params(std::move(message));
}

rpc_result<std::string_view> required_string(const json::object& object, std::string_view path,
                                             std::string_view name) {
  const auto* value = find_member(object, name);
  if (value == nullptr)
    return make_shape_error(path, name, "a string, but it is missing");
  return as_string(*value, path, name);
}

rpc_result<std::string_view> optional_string(const json::object& object, std::string_view path,
                                             std::string_view name) {
  const auto* value = find_member(object, name);
  if (value == nullptr)
    return std::string_view{};
  return as_string(*value, path, name);
}

rpc_result<const json::object*> required_object(const json::object& object, std::string_view path,
                                                std::string_view name) {
  const auto* value = find_member(object, name);
  if (value == nullptr)
    return make_shape_error(path, name, "an object, but it is missing");
  const auto* found = value->if_object();
  if (found == nullptr)
    return make_shape_error(path, name, "an object");
  return found;
}

rpc_result<bool> optional_bool(const json::object& object, std::string_view path,
                               std::string_view name) {
  const auto* value = find_member(object, name);
  if (value == nullptr)
    return false;
  const auto* flag = value->if_bool();
  if (flag == nullptr)
    return make_shape_error(path, name, "true or false");
  return *flag;
}

} // namespace troupe::protocol
