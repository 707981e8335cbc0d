// The official JSON-Schema-Test-Suite, as Debian's package libtest-json-schema-acceptance-perl carries it. It is read
// where it is installed: `./dev test` installs it. TROUPE_JSON_SCHEMA_SUITE names another folder with "tests" and
// "remotes" in it.
#pragma once

#include "troupe/protocol/json_schema.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace troupe::protocol::test {

/// One question of the suite and our answer.
struct suite_answer {
  /// "optional/format/email: validation of e-mail addresses: an invalid e-mail address"
  std::string name;
  bool is_right = false;
  /// Why the schema was refused, when it was.
  std::string refusal;
};

class acceptance_suite {
public:
  /// Throws std::runtime_error, with what to install, when the suite is not there.
  acceptance_suite();

  /// Asks all of a folder such as "draft2020-12" or "draft2020-12/optional"; of its sub-folders when it is optional.
  std::vector<suite_answer> ask(const std::string& draft, bool optional) const;

private:
  std::filesystem::path root_;
  schema_documents documents_;
};

} // namespace troupe::protocol::test
