#define CAF_SUITE process_figures

#include "troupe/metrics/process_figures.hpp"

#include <ctime>

#include <unistd.h>

#include "caf/test/unit_test.hpp"

#include "tests/metrics/exposition_grammar.hpp"
#include "troupe/metrics/exposition.hpp"

using namespace troupe::metrics;

namespace {

exposition_text scrape() {
  return exposition_text::parse(exposition({std::make_shared<process_figures>()}));
}

} // namespace

CAF_TEST(the_process_tells_its_figures) {
  const auto text = scrape();
  CAF_CHECK(text.errors.empty());
  CAF_CHECK_EQUAL(text.samples.size(), 7u);
  CAF_CHECK_GREATER_OR_EQUAL(text.value("process_cpu_seconds_total"), 0.0);
  CAF_CHECK_GREATER(text.value("process_resident_memory_bytes"), 100000.0);
  CAF_CHECK_GREATER(text.value("process_virtual_memory_bytes"),
                    text.value("process_resident_memory_bytes"));
  CAF_CHECK_GREATER_OR_EQUAL(text.value("process_threads"), 1.0);
  const auto age =
      static_cast<double>(std::time(nullptr)) - text.value("process_start_time_seconds");
  CAF_CHECK_GREATER(age, -5.0);
  CAF_CHECK_LESS(age, 600.0);
}

CAF_TEST(one_more_descriptor_is_one_more) {
  const auto before = scrape().value("process_open_fds");
  const int copy = dup(0);
  CAF_REQUIRE(copy >= 0);
  CAF_CHECK_EQUAL(scrape().value("process_open_fds"), before + 1);
  close(copy);
  CAF_CHECK_LESS(before, scrape().value("process_max_fds"));
}
