#include "troupe/protocol/discover.hpp"

#include "troupe/protocol/common_members.hpp"

namespace troupe::protocol {

void append_discover_result(std::string& out, const server_capabilities& capabilities,
                            std::string_view instructions, const result_context& to) {
  object_writer writer(out);
  append_result_members(writer, {}, to);
  append_cache_hints(writer, to);
  array_writer versions(writer.key("supportedVersions"));
  for (const auto each : all_revisions)
    if (is_modern(each))
      versions.element(to_string(each));
  versions.close();
  append_json(writer.key("capabilities"), capabilities, to.revision);
  writer.member_unless_empty("instructions", instructions);
  writer.close();
}

} // namespace troupe::protocol
