#include "troupe/metrics/process_figures.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace troupe::metrics {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

/// The fields of /proc/self/stat that are needed (proc(5)).
struct process_stat {
  long threads = 0;
  double start_ticks = 0; ///< since the system's start
  double virtual_bytes = 0;
  double resident_pages = 0;
};

std::optional<process_stat> read_stat() {
  std::ifstream file{"/proc/self/stat"};
  std::string line;
  if (!std::getline(file, line))
    return {};
  // The program's name stands in parentheses and may hold anything.
  const auto name_end = line.rfind(')');
  if (name_end == std::string::npos)
    return {};
  std::istringstream rest{line.substr(name_end + 1)};
  std::string skipped;
  process_stat result;
  constexpr int before_threads = 17;
  for (int field = 0; field < before_threads; ++field)
    rest >> skipped;
  rest >> result.threads >> skipped >> result.start_ticks >> result.virtual_bytes >>
      result.resident_pages;
  if (!rest)
    return {};
  return result;
}

std::optional<double> boot_time_seconds() {
  std::ifstream file{"/proc/stat"};
  for (std::string key, line; file >> key; std::getline(file, line))
    if (double value = 0; key == "btime" && file >> value)
      return value;
  return {};
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Linux 6.2 and later tell the number as the directory's size; before, it has to be walked, which
/// takes some milliseconds with 20,000 descriptors.
std::optional<double> open_descriptors() {
  constexpr auto directory = "/proc/self/fd";
  struct stat status {};
  if (stat(directory, &status) == 0 && status.st_size > 0)
    return static_cast<double>(status.st_size);
  std::error_code failure;
  const std::filesystem::directory_iterator begin{directory, failure};
  if (failure)
    return {};
  // One of them is the directory itself.
  return static_cast<double>(std::distance(begin, std::filesystem::directory_iterator{}) - 1);
}

std::optional<double> max_descriptors() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return {};
  return static_cast<double>(limit.rlim_cur);
}

class family_list {
public:
  void add(const char* name, const char* help, MetricType type, std::optional<double> value) {
    if (!value)
      return;
    prometheus::ClientMetric metric;
    if (type == MetricType::Counter)
      metric.counter.value = *value;
    else
      metric.gauge.value = *value;
    families.push_back(MetricFamily{name, help, type, {std::move(metric)}});
  }

  std::vector<MetricFamily> families;
};

} // namespace

std::vector<MetricFamily> process_figures::Collect() const {
  family_list out;
  constexpr auto gauge = MetricType::Gauge;
  out.add("process_cpu_seconds_total", "CPU time used, user and system.", MetricType::Counter,
          cpu_seconds());
  out.add("process_open_fds", "Open file descriptors.", gauge, open_descriptors());
  out.add("process_max_fds", "Limit of open file descriptors.", gauge, max_descriptors());
  if (const auto stat = read_stat()) {
    out.add("process_virtual_memory_bytes", "Virtual memory.", gauge, stat->virtual_bytes);
    out.add("process_resident_memory_bytes", "Resident memory.", gauge,
            stat->resident_pages * static_cast<double>(sysconf(_SC_PAGESIZE)));
    out.add("process_threads", "Threads.", gauge, static_cast<double>(stat->threads));
    if (const auto boot = boot_time_seconds())
      out.add("process_start_time_seconds", "Start, in seconds since 1970-01-01.", gauge,
              *boot + stat->start_ticks / static_cast<double>(sysconf(_SC_CLK_TCK)));
  }
  return std::move(out.families);
}

} // namespace troupe::metrics
