#pragma once

// A strict reader of Prometheus' text format (version 0.0.4): what it accepts, promtool accepts.
// Tests ask it for values, so that they also check the text and not only our own structures.

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::metrics {

struct exposition_text {
  std::map<std::string, std::string> types;            ///< by family
  std::map<std::string, double> samples;               ///< by series, e.g. a_total{reason="x"}
  std::map<std::string, std::set<std::string>> labels; ///< values by label name
  std::vector<std::string> errors;                     ///< with line numbers

  static exposition_text parse(std::string_view text);

  /// -1 if there is no such series.
  double value(const std::string& series) const;
  /// How many series have this name.
  std::size_t series_of(std::string_view name) const;
};

} // namespace troupe::metrics
