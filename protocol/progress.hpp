// Progress of a call whose caller gave a token for it (basic/utilities/progress). Sent only when
// asked for, and each time with a larger number than before.
#pragma once

#include "troupe/protocol/json.hpp"
#include "troupe/protocol/request_id.hpp"
#include "troupe/protocol/revision.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace troupe::protocol {

/// A string or an integer, kept in its type.
using progress_token = request_id;

/// `params._meta.progressToken`. Nothing when it is absent or of another type.
std::optional<progress_token> progress_token_of(const json::object* params);

/// Lets through only what increases.
class progress_gate {
public:
  /// False when `progress` is not a finite number above all before: it must not be sent.
  bool advance(double progress) noexcept;

private:
  std::optional<double> last_;
};

/// The complete `params` of notifications/progress. `message` may be empty; it is left out before
/// 2025-03-26.
void append_progress_params(std::string& out, const progress_token& token, double progress,
                            std::optional<double> total, std::string_view message, revision r);

} // namespace troupe::protocol
