#pragma once

// Has a server tell all clients of a pool that their resource has changed, and takes the time until the last of
// them knows. Each must be told once.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client_pool.hpp"

class publishing {
public:
  explicit publishing(client_pool& pool);
  publishing(const publishing&) = delete;
  publishing& operator=(const publishing&) = delete;

  struct report {
    std::size_t deliveries = 0;
    std::vector<std::int64_t> called_at_ns; ///< by the monotonic clock, each time
    std::uint64_t bytes = 0;                ///< of one delivery
    std::vector<double> first_seconds,
        last_seconds; ///< until the first and the last client knew, each time
  };
  /// Calls the tool `publish` so many times, each time when all know of the one before.
  report publish(std::size_t times);

  /// From now on all clients are to be told once, whoever has it told.
  void hear();
  /// When the last of them was, by the monotonic clock; waits until then.
  std::int64_t heard_at_ns();

private:
  void publish_once();
  void connect();
  void read_answer();
  void on_delivery(std::uint32_t deliveries);
  double seconds() const;

  client_pool& pool_;
  std::optional<load_socket> caller_; ///< the connection of the calls
  std::string received_;
  bool answered_ = false;
  std::uint32_t published_ = 0;
  std::size_t waiting_ = 0; ///< clients that have not been told yet
  client_pool::clock::time_point called_;
  client_pool::clock::time_point last_;
  double first_seconds_ = 0, last_seconds_ = 0;
  std::array<char, 4096> buffer_{};
};
