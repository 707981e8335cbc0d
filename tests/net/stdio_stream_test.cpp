// Standard input and output of every kind: what can be read and written, how an end shows, and that
// nobody else notices.

#define CAF_SUITE stdio_stream

#include "caf/test/unit_test.hpp"

#include <array>
#include <cstdio>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "troupe/net/standard_streams.hpp"

using namespace troupe::net;

namespace {

struct two_ends {
  int ours = -1, theirs = -1;
};

two_ends make_input_pipe() {
  std::array<int, 2> ends{};
  CAF_REQUIRE_EQUAL(::pipe(ends.data()), 0);
  return {ends[0], ends[1]};
}

two_ends make_output_pipe() {
  const auto pipe = make_input_pipe();
  return {pipe.theirs, pipe.ours};
}

two_ends make_socket_pair() {
  std::array<int, 2> ends{};
  CAF_REQUIRE_EQUAL(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
  return {ends[0], ends[1]};
}

/// Puts descriptors in the place of 0 and 1 while it lives.
class in_place_of_standard {
public:
  in_place_of_standard(int in, int out) : in_(::dup(0)), out_(::dup(1)) {
    std::fflush(stdout);
    ::dup2(in, 0);
    ::dup2(out, 1);
  }
  ~in_place_of_standard() {
    std::fflush(stdout);
    ::dup2(in_, 0);
    ::dup2(out_, 1);
    ::close(in_);
    ::close(out_);
  }

private:
  int in_, out_;
};

std::string read_all(int from, std::size_t size) {
  std::string text(size, '\0');
  const auto got = ::read(from, text.data(), text.size());
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

void write_all(int to, std::string_view text) {
  CAF_REQUIRE_EQUAL(::write(to, text.data(), text.size()), static_cast<ssize_t>(text.size()));
}

/// Hears and says a word, and sees the end of input.
void talk(two_ends in, two_ends out) {
  std::string got, second;
  bool waits = false, eof = false, ready = false, lost = false;
  const int in_flags = ::fcntl(in.ours, F_GETFL);
  const int out_flags = ::fcntl(out.ours, F_GETFL);
  {
    const in_place_of_standard standard{in.ours, out.ours};
    asio::io_context loop{1};
    standard_streams taken;
    auto stream = taken.open(loop);
    std::array<char, 64> buffer{};
    error_code error;
    stream.read(asio::buffer(buffer), error);
    waits = is_would_block(error);
    stream.wait_lost([&](error_code why) { lost = !why; });
    stream.wait_read([&](error_code) { ready = true; });
    loop.poll();
    CAF_REQUIRE(!ready);
    write_all(in.theirs, "hello");
    loop.restart();
    loop.poll();
    error = {};
    got.assign(buffer.data(), stream.read(asio::buffer(buffer), error));
    std::printf("not for the client\n");
    std::fflush(stdout);
    error = {};
    CAF_CHECK_EQUAL(stream.write(asio::buffer("answer", 6), error), 6u);
    CAF_CHECK(!error);
    second = read_all(out.theirs, 64);
    ::close(in.theirs);
    error = {};
    stream.read(asio::buffer(buffer), error);
    eof = error == asio::error::eof;
    loop.restart();
    loop.poll();
    CAF_CHECK(!lost);
    if (out.theirs != in.theirs) {
      ::close(out.theirs);
      loop.restart();
      loop.poll();
      CAF_CHECK(lost);
      error = {};
      stream.write(asio::buffer("x", 1), error); // and the process goes on
      CAF_CHECK(error == asio::error::broken_pipe || error == asio::error::connection_reset);
    }
    stream.close();
  }
  CAF_CHECK(waits);
  CAF_CHECK(ready);
  CAF_CHECK_EQUAL(got, "hello");
  CAF_CHECK_EQUAL(second, "answer");
  CAF_CHECK(eof);
  CAF_CHECK_EQUAL(::fcntl(in.ours, F_GETFL), in_flags);
  CAF_CHECK_EQUAL(::fcntl(out.ours, F_GETFL), out_flags);
  ::close(in.ours);
  ::close(out.ours);
}

} // namespace

CAF_TEST(two_pipes) {
  talk(make_input_pipe(), make_output_pipe());
}

CAF_TEST(two_sockets) {
  talk(make_socket_pair(), make_socket_pair());
}

CAF_TEST(a_pipe_and_a_socket) {
  talk(make_input_pipe(), make_socket_pair());
}

CAF_TEST(files_are_always_ready) {
  const auto file = [] {
    std::FILE* const made = std::tmpfile();
    CAF_REQUIRE(made != nullptr);
    return made;
  };
  auto* const in = file();
  auto* const out = file();
  std::fputs("from a file", in);
  std::rewind(in);
  std::string got;
  int waits = 0;
  {
    const in_place_of_standard standard{::fileno(in), ::fileno(out)};
    asio::io_context loop{1};
    standard_streams taken;
    auto stream = taken.open(loop);
    stream.wait_read([&](error_code error) { waits += error ? 0 : 1; });
    stream.wait_write([&](error_code error) { waits += error ? 0 : 1; });
    loop.run();
    std::array<char, 64> buffer{};
    error_code error;
    got.assign(buffer.data(), stream.read(asio::buffer(buffer), error));
    stream.read(asio::buffer(buffer), error);
    CAF_CHECK(error == asio::error::eof);
    error = {};
    stream.write({asio::buffer("to a ", 5), asio::buffer("file", 4)}, error);
    CAF_CHECK(!error);
  }
  CAF_CHECK_EQUAL(waits, 2);
  CAF_CHECK_EQUAL(got, "from a file");
  std::rewind(out);
  CAF_CHECK_EQUAL(read_all(::fileno(out), 64), "to a file");
  std::fclose(in);
  std::fclose(out);
}

CAF_TEST(the_null_device_is_an_end_at_once) {
  const int null = ::open("/dev/null", O_RDWR);
  const in_place_of_standard standard{null, null};
  asio::io_context loop{1};
  standard_streams taken;
  auto stream = taken.open(loop);
  bool ready = false;
  stream.wait_read([&](error_code error) { ready = !error; });
  loop.poll();
  CAF_CHECK(ready);
  std::array<char, 64> buffer{};
  error_code error;
  stream.read(asio::buffer(buffer), error);
  CAF_CHECK(error == asio::error::eof);
  ::close(null);
}

CAF_TEST(a_closed_descriptor_is_told) {
  const int in = ::dup(0);
  ::close(0);
  bool told = false;
  try {
    const standard_streams taken;
  } catch (const boost::system::system_error& error) {
    told = error.code() == boost::system::errc::bad_file_descriptor;
  }
  ::dup2(in, 0);
  ::close(in);
  CAF_CHECK(told);
}
