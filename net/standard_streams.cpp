#include "troupe/net/standard_streams.hpp"

#include <cerrno>
#include <csignal>
#include <string>

#include <boost/system/system_error.hpp>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace troupe::net {

namespace {

/// Below, descriptors have a meaning.
constexpr int first_free = 3;

int checked(int result, const char* what) {
  if (result < 0)
    throw boost::system::system_error{errno, boost::system::system_category(), what};
  return result;
}

/// Sockets cannot be opened once more, and files need not.
bool can_be_opened_anew(int handle) {
  struct stat about {};
  return ::fstat(handle, &about) == 0 && (S_ISFIFO(about.st_mode) || S_ISCHR(about.st_mode));
}

/// Whoever writes to `number` from now on is heard on standard error; whoever reads there, gets nothing.
void put_aside(int number) {
  const int instead = number == STDOUT_FILENO && ::fcntl(STDERR_FILENO, F_GETFD) >= 0
                          ? ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, first_free)
                          : ::open("/dev/null", O_RDWR | O_CLOEXEC);
  checked(instead, "/dev/null");
  ::dup2(instead, number);
  ::close(instead);
}

void survive_closed_pipes() {
  struct sigaction now {};
  if (::sigaction(SIGPIPE, nullptr, &now) != 0 || now.sa_handler != SIG_DFL)
    return;
  now.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &now, nullptr);
}

} // namespace

standard_streams::taken::taken(int number, int mode)
    : number_(number),
      mode_(mode),
      kept_(checked(::fcntl(number, F_DUPFD_CLOEXEC, first_free),
                    number == STDIN_FILENO ? "standard input" : "standard output")) {
  put_aside(number_);
}

standard_streams::taken::~taken() {
  if (flags_)
    ::fcntl(kept_, F_SETFL, *flags_);
  ::dup2(kept_, number_);
  ::close(kept_);
}

// The flag O_NONBLOCK belongs to what may be shared with other processes, a shell for one. Opened once
// more, a pipe or a terminal has flags of its own; for the others the flag is put back at the end.
int standard_streams::taken::open() {
  if (can_be_opened_anew(kept_)) {
    const auto path = "/proc/self/fd/" + std::to_string(kept_);
    const int own = ::open(path.c_str(), mode_ | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (own >= 0)
      return own;
  }
  const int flags = ::fcntl(kept_, F_GETFL);
  if (flags >= 0 && !flags_) {
    flags_ = flags;
    ::fcntl(kept_, F_SETFL, flags | O_NONBLOCK);
  }
  return checked(::fcntl(kept_, F_DUPFD_CLOEXEC, first_free), "standard input and output");
}

standard_streams::standard_streams() : in_(STDIN_FILENO, O_RDONLY), out_(STDOUT_FILENO, O_WRONLY) {
  survive_closed_pipes();
}

standard_streams::~standard_streams() = default;

stdio_stream standard_streams::open(asio::io_context& loop) {
  const int in = in_.open();
  return {loop, in, out_.open()};
}

} // namespace troupe::net
