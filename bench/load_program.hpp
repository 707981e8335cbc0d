#pragma once

// What every load program does: it fails loudly, reads its arguments, takes the descriptors it may have.

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>

#include <sys/resource.h>

namespace load {

[[noreturn]] inline void fail(const std::string& what) {
  std::cerr << program_invocation_short_name << ": " << what << '\n';
  std::exit(1);
}

[[noreturn]] inline void fail_system(const std::string& what) {
  fail(what + ": " + std::strerror(errno));
}

template<class Number>
Number number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size())
    fail("this is no number: " + std::string{text});
  return value;
}

inline std::string content(const char* path) {
  std::ifstream file{path, std::ios::binary};
  if (!file)
    fail_system(path);
  return {std::istreambuf_iterator<char>{file}, {}};
}

inline void raise_descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

} // namespace load
