#include "troupe/net/local_socket.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <boost/system/system_error.hpp>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace troupe::net {

namespace {

[[noreturn]] void fail(int error, const std::string& path) {
  throw boost::system::system_error{error, boost::system::system_category(), path};
}

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() > local_socket::max_path_bytes)
    fail(ENAMETOOLONG, path);
  std::copy(path.begin(), path.end(), address.sun_path);
  return address;
}

const sockaddr* general(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

int make_socket(const std::string& path) {
  const int made = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (made < 0)
    fail(errno, path);
  return made;
}

/// Whether somebody accepts connections there, or did so until a moment ago.
bool is_served(const std::string& path) {
  const int probe = make_socket(path);
  const auto address = address_of(path);
  const bool refused =
      ::connect(probe, general(address), sizeof address) != 0 && errno == ECONNREFUSED;
  ::close(probe);
  return !refused;
}

} // namespace

local_socket::local_socket(std::string path, ::mode_t mode, int backlog)
    : path_(std::move(path)), handle_(make_socket(path_)) {
  try {
    bind(mode);
    if (::listen(handle_, backlog) != 0)
      fail(errno, path_);
  } catch (...) {
    ::close(handle_);
    throw;
  }
}

/// Nobody can connect before listen(), so the file may have other permissions for a moment.
void local_socket::bind(::mode_t mode) {
  const auto address = address_of(path_);
  if (::bind(handle_, general(address), sizeof address) != 0) {
    if (errno != EADDRINUSE)
      fail(errno, path_);
    remove_stale();
    if (::bind(handle_, general(address), sizeof address) != 0)
      fail(errno, path_);
  }
  struct stat about {};
  if (::lstat(path_.c_str(), &about) != 0 || ::chmod(path_.c_str(), mode) != 0)
    fail(errno, path_);
  device_ = about.st_dev;
  inode_ = about.st_ino;
}

void local_socket::remove_stale() const {
  struct stat about {};
  if (::lstat(path_.c_str(), &about) != 0)
    return; // gone just now
  if (!S_ISSOCK(about.st_mode))
    fail(EEXIST, path_);
  if (is_served(path_))
    fail(EADDRINUSE, path_);
  if (::unlink(path_.c_str()) != 0 && errno != ENOENT)
    fail(errno, path_);
}

local_socket::~local_socket() {
  struct stat about {};
  if (inode_ != 0 && ::lstat(path_.c_str(), &about) == 0 && about.st_dev == device_ &&
      about.st_ino == inode_)
    ::unlink(path_.c_str());
  ::close(handle_);
}

int local_socket::duplicate() const {
  const int copy = ::fcntl(handle_, F_DUPFD_CLOEXEC, 0);
  if (copy < 0)
    fail(errno, path_);
  return copy;
}

} // namespace troupe::net
