#include "tests/metrics/exposition_grammar.hpp"

#include <cmath>
#include <cstdlib>
#include <regex>
#include <sstream>

namespace troupe::metrics {
namespace {

const std::regex comment_line{R"(# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+))"};
const std::regex sample_line{R"(([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(.*)\})? (\S+))"};
const std::regex label_pair{R"re(([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)",?)re"};

class reader {
public:
  exposition_text out;

  void line(const std::string& text) {
    ++number_;
    std::smatch match;
    if (std::regex_match(text, match, comment_line))
      comment(match[1], match[2], match[3]);
    else if (std::regex_match(text, match, sample_line))
      sample(match[1], match[3], match[4]);
    else
      error("neither comment nor sample: " + text);
  }

  void finish() {
    for (const auto& [series, count] : histogram_counts_)
      if (out.value(series) != count)
        error(series + " differs from its bucket +Inf");
  }

private:
  void error(const std::string& text) {
    out.errors.push_back("line " + std::to_string(number_) + ": " + text);
  }

  void comment(const std::string& kind, const std::string& name, const std::string& text) {
    if (kind == "HELP") {
      if (!families_.insert(name).second)
        error("second HELP of " + name);
      family_ = name;
      return;
    }
    if (name != family_)
      error("TYPE of " + name + " does not follow its HELP");
    if (text != "counter" && text != "gauge" && text != "histogram")
      error("type " + text);
    if ((text == "counter") != name.ends_with("_total"))
      error("_total is for counters and only for them: " + name);
    if (!out.types.emplace(name, text).second)
      error("second TYPE of " + name);
    bucket_ = -1;
  }

  bool belongs(const std::string& name) const {
    if (out.types.count(family_) == 0 || out.types.at(family_) != "histogram")
      return name == family_;
    return name == family_ + "_bucket" || name == family_ + "_sum" || name == family_ + "_count";
  }

  void sample(const std::string& name, std::string labels, const std::string& value) {
    if (!belongs(name))
      error(name + " stands among the samples of " + family_);
    const double number = parse(value);
    const auto le = take_labels(labels);
    const auto series = labels.empty() ? name : name + '{' + labels + '}';
    if (!out.samples.emplace(series, number).second)
      error("second sample of " + series);
    if (name.ends_with("_bucket") && out.types[family_] == "histogram")
      bucket(labels, le, number);
  }

  double parse(const std::string& value) {
    char* end = nullptr;
    const double number = std::strtod(value.c_str(), &end);
    if (*end != '\0' || std::isnan(number))
      error("not a number: " + value);
    return number;
  }

  std::string take_labels(std::string& labels) {
    std::string le;
    auto rest = labels;
    std::smatch match;
    while (!rest.empty() &&
           std::regex_search(rest, match, label_pair, std::regex_constants::match_continuous)) {
      if (match[1] == "le")
        le = match[2];
      out.labels[match[1]].insert(match[2]);
      rest = match.suffix();
    }
    if (!rest.empty())
      error("labels: " + rest);
    return le;
  }

  void bucket(std::string labels, const std::string& le, double cumulative) {
    const auto position = labels.find("le=\"");
    if (position == std::string::npos)
      return error("a bucket without le");
    labels.erase(position ? position - 1 : 0);
    if (labels != bucket_of_ || bucket_ < 0)
      bucket_ = 0;
    bucket_of_ = labels;
    if (cumulative < bucket_)
      error("buckets are cumulative, this one is smaller than the one before");
    bucket_ = cumulative;
    if (le == "+Inf")
      histogram_counts_[family_ + "_count" + (labels.empty() ? "" : '{' + labels + '}')] =
          cumulative;
  }

  std::size_t number_ = 0;
  std::string family_;
  std::set<std::string> families_;
  std::string bucket_of_;
  double bucket_ = -1;
  std::map<std::string, double> histogram_counts_;
};

} // namespace

exposition_text exposition_text::parse(std::string_view text) {
  reader lines;
  std::istringstream in{std::string{text}};
  for (std::string line; std::getline(in, line);)
    lines.line(line);
  lines.finish();
  if (!text.empty() && text.back() != '\n')
    lines.out.errors.emplace_back("the last line does not end");
  return std::move(lines.out);
}

double exposition_text::value(const std::string& series) const {
  const auto found = samples.find(series);
  return found == samples.end() ? -1 : found->second;
}

std::size_t exposition_text::series_of(std::string_view name) const {
  std::size_t count = 0;
  for (const auto& [series, value] : samples)
    count += series == name || series.starts_with(std::string{name} + '{');
  return count;
}

} // namespace troupe::metrics
