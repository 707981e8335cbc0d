#pragma once

// Several threads that begin at the same moment, so that they meet.

#include <barrier>
#include <cstddef>
#include <thread>
#include <vector>

namespace troupe::test {

/// Calls `work(number)` on `size` threads at once and waits for all of them.
template<class Work>
void crowd(std::size_t size, Work work) {
  std::barrier start{static_cast<std::ptrdiff_t>(size)};
  std::vector<std::thread> threads;
  for (std::size_t number = 0; number < size; ++number)
    threads.emplace_back([&, number] {
      start.arrive_and_wait();
      work(number);
    });
  for (auto& each : threads)
    each.join();
}

} // namespace troupe::test
