#pragma once

// Standard input and output as the one connection of a process (stdio transport). While this object
// lives, nobody else reads or writes there: what the process prints goes to standard error, what it
// reads comes from /dev/null. Only one at a time.

#include <optional>

#include "troupe/net/stdio_stream.hpp"

namespace troupe::net {

class standard_streams {
public:
  /// Takes descriptors 0 and 1 over. Also has SIGPIPE ignored if nobody handles it: writing to a peer
  /// that has gone is an error and not the end of the process. Throws boost::system::system_error if
  /// one of the two is not open.
  standard_streams();
  standard_streams(const standard_streams&) = delete;
  standard_streams& operator=(const standard_streams&) = delete;
  /// Puts them back as they were.
  ~standard_streams();

  /// To be called once for each connection; the stream may outlive this object.
  stdio_stream open(asio::io_context& loop);

private:
  /// One of the two.
  class taken {
  public:
    taken(int number, int mode);
    ~taken();
    /// A descriptor of its own, on which waiting is up to us.
    int open();

  private:
    int number_;
    int mode_;
    int kept_;
    std::optional<int> flags_; ///< before they were changed
  };

  taken in_;
  taken out_;
};

} // namespace troupe::net
