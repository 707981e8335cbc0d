#include "troupe/protocol/progress.hpp"

#include "troupe/protocol/json_writer.hpp"
#include "troupe/protocol/member.hpp"

#include <cmath>

namespace troupe::protocol {

std::optional<progress_token> progress_token_of(const json::object* params) {
  const auto* meta = params != nullptr ? find_object(*params, "_meta") : nullptr;
  const auto* token = meta != nullptr ? find_member(*meta, "progressToken") : nullptr;
  return token != nullptr ? progress_token::from(*token) : std::nullopt;
}

bool progress_gate::advance(double progress) noexcept {
  if (!std::isfinite(progress) || (last_ && progress <= *last_))
    return false;
  last_ = progress;
  return true;
}

void append_progress_params(std::string& out, const progress_token& token, double progress,
                            std::optional<double> total, std::string_view message, revision r) {
  object_writer writer(out);
  token.append_json(writer.key("progressToken"));
  writer.member("progress", progress);
  if (total && std::isfinite(*total))
    writer.member("total", *total);
  if (has_progress_message(r))
    writer.member_unless_empty("message", message);
  writer.close();
}

} // namespace troupe::protocol
