// What is wrong with a descriptor when it is registered. Registration refuses it for an error and
// logs advice.
#pragma once

#include <string>
#include <vector>

namespace troupe::protocol {

struct inspection {
  /// Each says where, what is wrong and what to do.
  std::vector<std::string> errors;
  std::vector<std::string> advice;

  bool ok() const noexcept { return errors.empty(); }
};

} // namespace troupe::protocol
