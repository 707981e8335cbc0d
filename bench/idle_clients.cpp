// Clients that come to rest and are held, up to as many as a process has descriptors: what do they cost a
// server, and how fast does it reach them all? lab/idle_clients.py starts it and tells it what to do.
//
//   idle_clients PORT session|subscribed-session|listen|subscribed-listen|websocket|keep-alive|plain [tls]
//
// Commands come on standard input, one a line, and each is answered with a line of JSON:
//   open N     until N are open and nothing happens any more: {"open":…,"seconds":…,"rest":true}; rest
//              is false if something still happened after 10 seconds
//   publish N  has the server tell all clients something, N times, one after the other:
//              {"deliveries":…,"bytes":…,"called_at_ns":[…],"first_seconds":[…],"last_seconds":[…]};
//              see publishing.hpp
//   hear       from now on all clients are to be told once, by whatever: {"hearing":…}
//   heard      until they have been: {"last_at_ns":…}, by the monotonic clock
//   end        until the server has closed all: {"ended":…,"properly":…}
// The end of standard input ends it. Plain epoll and no code of Troupe. Everything has a deadline.

#include <algorithm>
#include <array>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

#include "client_pool.hpp"
#include "load_program.hpp"
#include "publishing.hpp"

namespace {

class commands {
public:
  commands(std::uint16_t port, client_kind kind, bool tls) : pool_(port, kind, tls) {
    pool_.watch(STDIN_FILENO, [this] { read_input(); });
  }

  /// Does what it is told until the input ends; meanwhile whatever comes is read.
  void run() {
    while (true) {
      if (const auto end = input_.find('\n'); end != input_.npos) {
        const auto command = input_.substr(0, end);
        input_.erase(0, end + 1);
        obey(command);
      } else if (input_ended_) {
        return;
      } else {
        pool_.poll(-1);
      }
    }
  }

private:
  void read_input() {
    std::array<char, 256> buffer{};
    const auto count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (count > 0) {
      input_.append(buffer.data(), static_cast<std::size_t>(count));
      return;
    }
    input_ended_ = true;
    pool_.unwatch(STDIN_FILENO);
  }

  void obey(std::string_view command) {
    const auto space = std::min(command.find(' '), command.size());
    const auto what = command.substr(0, space);
    const auto argument = command.substr(std::min(space + 1, command.size()));
    if (what == "open")
      tell(pool_.open_up_to(load::number<std::size_t>(argument)));
    else if (what == "publish")
      tell(publishing_.publish(load::number<std::size_t>(argument)));
    else if (what == "hear")
      hear();
    else if (what == "heard")
      std::cout << "{\"last_at_ns\":" << publishing_.heard_at_ns() << '}' << std::endl;
    else if (what == "end")
      tell(pool_.await_end());
    else
      load::fail("there is no command " + std::string{command});
  }

  void hear() {
    publishing_.hear();
    std::cout << "{\"hearing\":" << pool_.open() << '}' << std::endl;
  }

  static void tell(const client_pool::opened& done) {
    std::cout << "{\"open\":" << done.count << ",\"seconds\":" << done.seconds
              << ",\"rest\":" << (done.rest ? "true" : "false") << '}' << std::endl;
  }

  static void tell(const client_pool::ended& done) {
    std::cout << "{\"ended\":" << done.count << ",\"properly\":" << done.properly << '}'
              << std::endl;
  }

  static void tell(const publishing::report& done) {
    std::cout << "{\"deliveries\":" << done.deliveries << ",\"bytes\":" << done.bytes;
    write_list("called_at_ns", done.called_at_ns);
    write_list("first_seconds", done.first_seconds);
    write_list("last_seconds", done.last_seconds);
    std::cout << '}' << std::endl;
  }

  template<class Number>
  static void write_list(std::string_view name, const std::vector<Number>& values) {
    std::cout << ",\"" << name << "\":[";
    for (std::size_t i = 0; i < values.size(); ++i)
      std::cout << (i > 0 ? "," : "") << values[i];
    std::cout << ']';
  }

  client_pool pool_;
  publishing publishing_{pool_};
  std::string input_;
  bool input_ended_ = false;
};

std::optional<client_kind> kind_named(std::string_view name) {
  constexpr std::array<std::string_view, 7> names{
      "session",   "subscribed-session", "listen", "subscribed-listen",
      "websocket", "keep-alive",         "plain"};
  const auto* const found = std::find(names.begin(), names.end(), name);
  if (found == names.end())
    return std::nullopt;
  return static_cast<client_kind>(found - names.begin());
}

} // namespace

int main(int argc, char** argv) {
  const auto kind = argc >= 3 ? kind_named(argv[2]) : std::nullopt;
  const bool tls = argc == 4 && std::string_view{argv[3]} == "tls";
  if (!kind || argc > 4 || (argc == 4 && !tls)) {
    std::cerr << "usage: idle_clients PORT session|subscribed-session|listen|subscribed-listen|"
                 "websocket|keep-alive|plain [tls]\n";
    return 2;
  }
  load::raise_descriptor_limit();
  commands{load::number<std::uint16_t>(argv[1]), *kind, tls}.run();
}
