#include "troupe/protocol/completion_result.hpp"

#include "troupe/protocol/common_members.hpp"

#include <algorithm>
#include <span>

namespace troupe::protocol {

void completion_result::append_json(std::string& out, const result_context& to) const {
  const auto written = std::span(values).first(std::min(values.size(), max_values));
  const bool cut = written.size() < values.size();
  object_writer writer(out);
  append_result_members(writer, meta, to);
  object_writer completion(writer.key("completion"));
  array_writer list(completion.key("values"));
  for (const auto& value : written)
    list.element(value);
  list.close();
  if (total || cut)
    completion.member("total", std::max(total.value_or(0), std::uint64_t{values.size()}));
  completion.member("hasMore", has_more || cut);
  completion.close();
  writer.close();
}

} // namespace troupe::protocol
