#define CAF_SUITE signals

#include "troupe/supervision/signals.hpp"

#include "caf/test/unit_test.hpp"

#include <csignal>

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace troupe::supervision;

namespace {

/// Runs `body` in a process of its own; returns its exit code, or -signal if a signal ended it.
template<class Body>
int in_child(Body&& body) {
  const auto child = ::fork();
  if (child == 0) {
    body();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

} // namespace

CAF_TEST(signals_are_read_in_order_of_their_numbers) {
  CAF_CHECK_EQUAL(in_child([] {
                    block_signals();
                    signal_reader reader;
                    ::kill(::getpid(), SIGTERM);
                    ::kill(::getpid(), SIGHUP);
                    if (reader.next() != SIGHUP || reader.next() != SIGTERM)
                      ::_exit(1);
                  }),
                  0);
}

CAF_TEST(a_wake_up_ends_the_wait_without_a_signal) {
  CAF_CHECK_EQUAL(in_child([] {
                    block_signals();
                    signal_reader reader;
                    reader.wake();
                    if (reader.next().has_value())
                      ::_exit(1);
                  }),
                  0);
}

CAF_TEST(a_broken_pipe_is_an_error_code) {
  CAF_CHECK_EQUAL(in_child([] {
                    block_signals();
                    int ends[2];
                    if (::pipe(ends) != 0)
                      ::_exit(1);
                    ::close(ends[0]);
                    if (::write(ends[1], "x", 1) != -1)
                      ::_exit(2);
                  }),
                  0);
}

CAF_TEST(the_second_signal_ends_the_process_with_its_number) {
  for (const auto number : {SIGTERM, SIGINT}) {
    CAF_CHECK_EQUAL(in_child([=] {
                      block_signals();
                      exit_at_next_signal();
                      ::raise(number);
                    }),
                    128 + number);
  }
}

CAF_TEST(a_guard_restores_what_was_blocked_before) {
  CAF_CHECK_EQUAL(in_child([] {
                    sigset_t now;
                    {
                      const signals_blocked_here guard;
                      ::pthread_sigmask(SIG_BLOCK, nullptr, &now);
                      if (sigismember(&now, SIGTERM) != 1)
                        ::_exit(1);
                    }
                    ::pthread_sigmask(SIG_BLOCK, nullptr, &now);
                    if (sigismember(&now, SIGTERM) != 0)
                      ::_exit(2);
                  }),
                  0);
}
