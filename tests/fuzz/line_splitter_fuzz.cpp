// Lines do not depend on how the bytes arrive or on where the reader stops in between, and none is
// longer than allowed, empty, or has a line end.
#include "troupe/protocol/line_splitter.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

using namespace troupe::protocol;

namespace {

constexpr std::size_t longest = 64;

void require(bool condition) {
  if (!condition)
    std::abort();
}

std::string in_words(const line_splitter::line& line) {
  if (line.too_long)
    return "(too long)";
  require(!line.text.empty() && line.text.size() <= longest);
  require(line.text.find('\n') == std::string_view::npos);
  return std::string{line.text};
}

/// `turn`: how many lines are taken before the rest is kept for later.
std::vector<std::string> split(std::string_view input, std::size_t piece, std::size_t turn) {
  line_splitter splitter{longest};
  std::vector<std::string> lines;
  for (; !input.empty(); input.remove_prefix(std::min(piece, input.size()))) {
    const std::string bytes{input.substr(0, piece)};
    splitter.take(bytes);
    for (std::size_t taken = 1; const auto line = splitter.next(); ++taken) {
      lines.push_back(in_words(*line));
      if (taken % turn == 0)
        splitter.keep();
    }
    splitter.keep();
  }
  if (const auto last = splitter.finish())
    lines.push_back(in_words(*last));
  require(!splitter.has_part());
  return lines;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text{data, data + size};
  const auto whole = split(text, text.npos, text.npos);
  require(whole == split(text, 1, 1));
  const auto piece = size == 0 ? 1 : 1 + data[size / 2] % 97;
  require(whole == split(text, static_cast<std::size_t>(piece), 2));
  return 0;
}
