#include "troupe/protocol/json_writer.hpp"

namespace troupe::protocol {

std::string& object_writer::key(member_name name) {
  if (!first_)
    out_ += ',';
  first_ = false;
  if (name.is_plain()) {
    out_ += '"';
    out_ += name.text();
    out_ += '"';
  } else {
    append_string(out_, name.text());
  }
  out_ += ':';
  return out_;
}

void object_writer::member_unless_empty(member_name name, std::string_view text) {
  if (!text.empty())
    member(name, text);
}

void object_writer::member_unless_empty(member_name name, const json::object& value) {
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
