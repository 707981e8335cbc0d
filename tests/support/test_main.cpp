// The main of every troupe-test-<folder>: `troupe-test-net [SUITE]... [-- -t TEST -v 4 ...]`.
// CAF's runner succeeds when a filter matches nothing, which would turn a misspelt suite green; and its filter is a
// regular expression with g++ but a list of names with clang. So suites are named exactly here, and none is an error.
#define CAF_TEST_NO_MAIN
#include "caf/test/unit_test_impl.hpp"

#include <algorithm>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace {

bool suite_has_tests(const std::string& suite) {
  if (!caf::test::engine::available_tests(suite).empty())
    return true;
  std::cerr << "no test in suite '" << suite << "'; this program has:";
  for (const auto& name : caf::test::engine::available_suites())
    std::cerr << ' ' << name;
  std::cerr
      << "\nthe suite is the name in CAF_SUITE, and must equal the file's name without _test\n";
  return false;
}

} // namespace

int main(int argc, char** argv) {
  std::vector<std::string> suites;
  int next = 1;
  for (; next < argc && std::string_view{argv[next]} != "--"; ++next)
    suites.emplace_back(argv[next]);
  if (suites.empty())
    suites = caf::test::engine::available_suites();

  // CAF's own limit for a test; ctest has one for each suite, which knows of sanitizers.
  std::string runtime_option = "-r";
  std::string runtime = "600";
  std::vector<char*> rest{argv[0], runtime_option.data(), runtime.data()};
  for (int i = next + 1; i < argc; ++i)
    rest.push_back(argv[i]);
  for (auto& suite : suites) {
    if (!suite_has_tests(suite))
      return 1;
      // The suite's name alone for clang's exact match, anchored for g++'s regular expression.
#if defined(__clang__) && !defined(_LIBCPP_VERSION)
    std::string filter = suite;
#else
    std::string filter = "^" + suite + "$";
#endif
    std::string option = "-s";
    auto arguments = rest;
    arguments.push_back(option.data());
    arguments.push_back(filter.data());
    if (const int failed = caf::test::main(static_cast<int>(arguments.size()), arguments.data()))
      return failed;
  }
  return 0;
}
