#pragma once

// A Unix domain socket that listens at a path. One for the whole node: SO_REUSEPORT does not exist for
// these, so the listeners of all I/O threads wait on this one socket, and whichever comes first takes a
// connection, which it then keeps.

#include <memory>
#include <string>

#include <sys/types.h>

namespace troupe::net {

class local_socket {
public:
  static constexpr std::size_t max_path_bytes = 107; ///< what the system's address has room for

  /// Binds and listens. Who may connect is up to `mode`, the permissions of the file. The socket of a
  /// server that is no more is replaced. Throws boost::system::system_error; address_in_use if a server
  /// answers there, file_exists if there is something else.
  local_socket(std::string path, ::mode_t mode, int backlog);
  local_socket(const local_socket&) = delete;
  local_socket& operator=(const local_socket&) = delete;
  /// Removes the file, unless it has been replaced.
  ~local_socket();

  const std::string& path() const noexcept { return path_; }
  /// A descriptor of the caller's own, which does not block. Throws boost::system::system_error.
  int duplicate() const;

private:
  void bind(::mode_t mode);
  void remove_stale() const;

  std::string path_;
  int handle_;
  ::dev_t device_ = 0;
  ::ino_t inode_ = 0;
};

using local_socket_ptr = std::shared_ptr<const local_socket>;

} // namespace troupe::net
