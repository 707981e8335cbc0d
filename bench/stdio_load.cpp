// Starts a server as a desktop client would, on two pipes, and keeps requests in flight on its one
// connection. lab/stdio.py starts it.
//
//   stdio_load WINDOW COMMAND [ARGUMENT...]
//
// Says {"pid":...} when the session is open. Then, for each line of its standard input, which is a number
// of seconds, it keeps WINDOW calls of the tool `echo` in flight for so long and says
// {"requests":..., "seconds":..., "p50_us":..., "p99_us":...}. Every answer is compared with the first, but for its
// id. At the end of its input it closes the server's, which must then end with 0 within two seconds.
// Plain poll and no code of Troupe.

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using clock_type = std::chrono::steady_clock;
using std::chrono::duration;
using std::chrono::milliseconds;

/// A server that says nothing for so long has a fault.
constexpr int longest_silence_ms = 10'000;
constexpr std::size_t read_bytes = 256 * 1024;

[[noreturn]] void fail(const std::string& what) {
  std::cerr << "stdio_load: " << what << '\n';
  std::exit(1);
}

class server {
public:
  explicit server(char** command) {
    std::array<int, 2> in{}, out{};
    if (::pipe2(in.data(), O_CLOEXEC) != 0 || ::pipe2(out.data(), O_CLOEXEC) != 0)
      fail("no pipe");
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(in[0], STDIN_FILENO);
      ::dup2(out[1], STDOUT_FILENO);
      ::execvp(command[0], command);
      ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    to_ = in[1];
    from_ = out[0];
    ::fcntl(to_, F_SETFL, O_NONBLOCK);
    ::fcntl(from_, F_SETFL, O_NONBLOCK);
  }

  ::pid_t pid() const { return pid_; }
  void say(std::string_view text) { unsent_ += text; }

  /// Waits until there is a whole message, which is valid until the next call.
  std::string_view hear() {
    for (;;) {
      if (const auto end = got_.find('\n', begin_); end != got_.npos) {
        const auto line = std::string_view{got_}.substr(begin_, end - begin_);
        begin_ = end + 1;
        return line;
      }
      got_.erase(0, begin_);
      begin_ = 0;
      exchange();
    }
  }
  /// Whether hear() would answer at once.
  bool has_more() const { return got_.find('\n', begin_) != got_.npos; }

  int end() {
    ::close(to_);
    for (int waited = 0; waited < 200; ++waited) {
      int status = 0;
      if (::waitpid(pid_, &status, WNOHANG) == pid_)
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
      ::usleep(10'000);
    }
    ::kill(pid_, SIGKILL);
    fail("the server did not end with its input");
  }

private:
  void exchange() {
    write();
    pollfd ends[] = {{from_, POLLIN, 0}, {to_, POLLOUT, 0}};
    const auto count = unsent_.empty() ? 1u : 2u;
    if (::poll(ends, count, longest_silence_ms) <= 0)
      fail("the server says nothing");
    if (ends[0].revents == 0)
      return;
    const auto before = got_.size();
    got_.resize(before + read_bytes);
    const auto size = ::read(from_, got_.data() + before, read_bytes);
    got_.resize(before + (size > 0 ? static_cast<std::size_t>(size) : 0));
    if (size == 0)
      fail("the server has closed its output");
  }

  void write() {
    while (!unsent_.empty()) {
      const auto size = ::write(to_, unsent_.data(), unsent_.size());
      if (size < 0 && errno == EAGAIN)
        return;
      if (size < 0)
        fail("the server has closed its input");
      unsent_.erase(0, static_cast<std::size_t>(size));
    }
  }

  ::pid_t pid_ = -1;
  int to_ = -1, from_ = -1;
  std::string unsent_, got_;
  std::size_t begin_ = 0;
};

/// The calls in flight and what is known of their answers.
class load {
public:
  load(server& with, std::size_t window) : with_(with), window_(window) {}

  void run(double seconds) {
    waits_.clear();
    const auto begun = clock_type::now();
    const auto end =
        begun + std::chrono::duration_cast<clock_type::duration>(duration<double>{seconds});
    while (sent_.size() < window_)
      send();
    while (!sent_.empty()) {
      take(with_.hear());
      if (!with_.has_more()) // an answer makes room for a call; those of one read go out together
        while (sent_.size() < window_ && clock_type::now() < end)
          send();
    }
    report(clock_type::now() - begun);
  }

private:
  void send() {
    const auto id = ++last_;
    sent_.emplace(id, clock_type::now());
    with_.say(R"({"jsonrpc":"2.0","id":)" + std::to_string(id) +
              R"(,"method":"tools/call","params":{"name":"echo","arguments":)"
              R"({"message":"Hello from the bench!"}}})"
              "\n");
  }

  void take(std::string_view answer) {
    constexpr std::string_view start = R"({"jsonrpc":"2.0","id":)";
    std::uint64_t id = 0;
    if (!answer.starts_with(start))
      fail("this is no answer: " + std::string{answer});
    const auto* const digits = answer.data() + start.size();
    const auto rest = std::from_chars(digits, answer.data() + answer.size(), id).ptr;
    const auto found = sent_.find(id);
    const std::string_view tail{rest,
                                static_cast<std::size_t>(answer.data() + answer.size() - rest)};
    if (expected_.empty() && tail.find(R"("text":"Hello from the bench!")") != tail.npos)
      expected_ = tail;
    if (found == sent_.end() || tail != expected_)
      fail("this answer was not expected: " + std::string{answer});
    waits_.push_back(clock_type::now() - found->second);
    sent_.erase(found);
  }

  void report(clock_type::duration took) {
    const auto count = waits_.size();
    const auto at = [&](double share) {
      const auto nth =
          waits_.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(count - 1));
      std::nth_element(waits_.begin(), nth, waits_.end());
      return duration<double, std::micro>(*nth).count();
    };
    std::printf("{\"requests\":%zu,\"seconds\":%.6f,\"p50_us\":%.1f,\"p99_us\":%.1f}\n", count,
                duration<double>(took).count(), at(0.5), at(0.99));
    std::fflush(stdout);
  }

  server& with_;
  std::size_t window_;
  std::uint64_t last_ = 0;
  std::string expected_;
  std::unordered_map<std::uint64_t, clock_type::time_point> sent_;
  std::vector<clock_type::duration> waits_;
};

} // namespace

int main(int count, char** arguments) {
  if (count < 3)
    fail("usage: stdio_load WINDOW COMMAND [ARGUMENT...]");
  server with{arguments + 2};
  with.say(
      R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25",)"
      R"("capabilities":{},"clientInfo":{"name":"bench","version":"1"}}})"
      "\n"
      R"({"jsonrpc":"2.0","method":"notifications/initialized"})"
      "\n");
  if (with.hear().find(R"("serverInfo")") == std::string_view::npos)
    fail("no session");
  std::printf("{\"pid\":%d}\n", static_cast<int>(with.pid()));
  std::fflush(stdout);
  load calls{with, static_cast<std::size_t>(std::strtoul(arguments[1], nullptr, 10))};
  for (std::string line; std::getline(std::cin, line);)
    calls.run(std::strtod(line.c_str(), nullptr));
  if (const auto code = with.end(); code != 0)
    fail("the server ended with " + std::to_string(code));
}
