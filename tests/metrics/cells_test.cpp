#define CAF_SUITE cells

#include "troupe/metrics/cells.hpp"

#include <thread>
#include <vector>

#include "caf/test/unit_test.hpp"

using namespace troupe::metrics;
using namespace std::chrono_literals;

CAF_TEST(a_cell_counts_up_and_down) {
  cell value;
  value.add();
  value.add(9);
  value.subtract(4);
  CAF_CHECK_EQUAL(value.value(), 6u);
  value.set(3);
  CAF_CHECK_EQUAL(value.value(), 3u);
}

CAF_TEST(tables_of_two_threads_share_no_cache_line) {
  cell_table first{3};
  cell_table second{3};
  const auto line = [](cell& one) { return reinterpret_cast<std::uintptr_t>(&one) / 64; };
  CAF_CHECK_EQUAL(reinterpret_cast<std::uintptr_t>(&first[0]) % 64, 0u);
  CAF_CHECK_NOT_EQUAL(line(first[2]), line(second[0]));
}

CAF_TEST(an_index_beyond_a_table_hits_a_spare_cell_and_no_label) {
  for (const std::size_t size : {0u, 1u, 7u, 8u, 9u}) {
    cell_table table{size};
    table[size].add();
    table[1000000].add();
    for (std::size_t index = 0; index < size; ++index)
      CAF_CHECK_EQUAL(table[index].value(), 0u);
    CAF_CHECK_EQUAL(table[size].value(), 2u);
  }
}

CAF_TEST(a_sample_on_a_bound_belongs_to_the_bucket_below_it) {
  histogram_cell histogram;
  histogram.observe(50us);
  histogram.observe(50us + 1ns);
  histogram.observe(1h);
  histogram.observe(-1ns);
  CAF_CHECK_EQUAL(histogram.bucket(0), 2u);
  CAF_CHECK_EQUAL(histogram.bucket(1), 1u);
  CAF_CHECK_EQUAL(histogram.bucket(histogram_cell::bucket_count - 1), 1u);
  CAF_CHECK_EQUAL(histogram.sum_nanoseconds(), 100001u + 3600ull * 1000000000ull);
}

CAF_TEST(a_reader_sees_every_number_rise_while_writers_write) {
  constexpr std::uint64_t rounds = 50000;
  constexpr std::size_t writers = 4;
  std::vector<cell_table> tables;
  for (std::size_t index = 0; index < writers; ++index)
    tables.emplace_back(4);
  shared_cell shared;
  std::atomic<std::size_t> running{writers};
  std::vector<std::thread> threads;
  for (auto& table : tables)
    threads.emplace_back([&] {
      for (std::uint64_t round = 0; round < rounds; ++round) {
        table[round % 4].add();
        shared.add();
      }
      --running;
    });
  const auto sum = [&] {
    std::uint64_t result = 0;
    for (auto& table : tables)
      for (std::size_t index = 0; index < 4; ++index)
        result += table[index].value();
    return result;
  };
  std::uint64_t last = 0;
  bool fell = false;
  while (running > 0) {
    const auto now = sum();
    fell = fell || now < last;
    last = now;
  }
  for (auto& thread : threads)
    thread.join();
  CAF_CHECK(!fell);
  CAF_CHECK_EQUAL(sum(), rounds * writers);
  CAF_CHECK_EQUAL(shared.value(), rounds * writers);
}
