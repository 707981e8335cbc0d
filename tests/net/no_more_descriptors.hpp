#pragma once

// What a process without free descriptors does is part of every port that accepts.

#include <unistd.h>

#include <sys/resource.h>

namespace troupe::test {

/// Lowers the number of descriptors of the process to what is open now.
class no_more_descriptors {
public:
  no_more_descriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const int probe = ::dup(0);
    ::close(probe);
    auto lowered = before_;
    lowered.rlim_cur = static_cast<rlim_t>(probe);
    ::setrlimit(RLIMIT_NOFILE, &lowered);
  }
  no_more_descriptors(const no_more_descriptors&) = delete;
  no_more_descriptors& operator=(const no_more_descriptors&) = delete;
  ~no_more_descriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

private:
  rlimit before_{};
};

} // namespace troupe::test
