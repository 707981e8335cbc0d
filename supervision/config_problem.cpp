#include "troupe/supervision/config_problem.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

namespace troupe::supervision {
namespace {

/// Levenshtein's distance, where exchanging two neighbours counts as one step too.
std::size_t edit_distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> before_last;
  std::vector<std::size_t> last(to.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t row = 1; row <= from.size(); ++row) {
    std::vector<std::size_t> current(to.size() + 1);
    current[0] = row;
    for (std::size_t column = 1; column <= to.size(); ++column) {
      const std::size_t differs = from[row - 1] != to[column - 1];
      current[column] =
          std::min({last[column] + 1, current[column - 1] + 1, last[column - 1] + differs});
      if (row > 1 && column > 1 && from[row - 1] == to[column - 2] &&
          from[row - 2] == to[column - 1])
        current[column] = std::min(current[column], before_last[column - 2] + 1);
    }
    before_last = std::exchange(last, std::move(current));
  }
  return last.back();
}

/// "warn" of "warning", or "header_ms" of "header_timeout_ms": every part of the short name is a part
/// of the long one.
bool is_abbreviation(std::string_view name, std::string_view of) {
  if (name.size() >= 3 && of.starts_with(name))
    return true;
  const auto whole = '_' + std::string{of} + '_';
  for (std::size_t start = 0; start <= name.size();) {
    const auto end = std::min(name.find('_', start), name.size());
    const auto part = '_' + std::string{name.substr(start, end - start)} + '_';
    if (end == start || whole.find(part) == whole.npos)
      return false;
    start = end + 1;
  }
  return true;
}

} // namespace

std::string to_string(const config_problem& problem, std::string_view file) {
  std::string result;
  if (problem.where) {
    result.append(file).append(":").append(std::to_string(problem.where->line));
    result.append(":").append(std::to_string(problem.where->column)).append(": ");
  }
  if (!problem.path.empty())
    result.append(problem.path).append(": ");
  return result.append(problem.reason);
}

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates) {
  constexpr std::size_t longest = 128; // what is longer is no slip of the pen
  std::string_view best;
  auto best_distance = std::numeric_limits<std::size_t>::max();
  if (word.size() > longest)
    return best;
  const auto near_enough = std::max<std::size_t>(word.size() / 3, 1);
  for (const auto candidate : candidates) {
    const auto distance = edit_distance(word, candidate);
    const bool near = distance <= near_enough || is_abbreviation(word, candidate);
    if (near && distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

} // namespace troupe::supervision
