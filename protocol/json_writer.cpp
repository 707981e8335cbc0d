#include "troupe/protocol/json_writer.hpp"

namespace troupe::protocol {

std::string& object_writer::key(std::string_view name) {
  if (!first_)
    out_ += ',';
  first_ = false;
  append_string(out_, name);
  out_ += ':';
  return out_;
}

void object_writer::member_unless_empty(std::string_view name, std::string_view text) {
  if (!text.empty())
    member(name, text);
}

void object_writer::member_unless_empty(std::string_view name, const json::object& value) {
  if (!value.empty())
    member(name, value);
}

std::string& array_writer::element() {
  if (!first_)
    out_ += ',';
  first_ = false;
  return out_;
}

} // namespace troupe::protocol
