#pragma once

// What anybody prints to std::cout while a server runs becomes lines of the log. stdout belongs to
// whoever started the process, and CAF prints there what an actor leaves unhandled (an exception, a
// message it has no handler for), as does many a handler's debugging aid.

#include <mutex>
#include <streambuf>
#include <string>
#include <string_view>

namespace troupe::supervision {

/// Takes std::cout over until destroyed. Only one at a time.
class stray_output : std::streambuf {
public:
  stray_output();
  stray_output(const stray_output&) = delete;
  stray_output& operator=(const stray_output&) = delete;
  ~stray_output() override;

private:
  std::streamsize xsputn(const char* text, std::streamsize size) override;
  int_type overflow(int_type byte) override;
  void take(std::string_view text);
  void log_line();

  std::streambuf* before_;
  std::mutex mutex_;
  std::string line_;
};

} // namespace troupe::supervision
