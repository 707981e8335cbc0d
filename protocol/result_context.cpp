#include "troupe/protocol/result_context.hpp"

namespace troupe::protocol {

std::string_view to_string(cache_scope scope) noexcept {
  return scope == cache_scope::public_ ? "public" : "private";
}

void append_cache_hints(object_writer& writer, const result_context& to) {
  if (!is_modern(to.revision))
    return;
  writer.member("ttlMs", to.cache.ttl_ms);
  writer.member("cacheScope", to_string(to.cache.scope));
}

} // namespace troupe::protocol
