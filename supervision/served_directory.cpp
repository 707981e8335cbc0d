#include "troupe/supervision/served_directory.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace troupe::supervision {
namespace {

// O_NONBLOCK: opening a pipe must not wait for its writer; regular files ignore it.
constexpr int read_flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

/// For kernels before 5.6 and sandboxes that forbid openat2: every segment by itself, without links.
descriptor open_without_links(int root, std::string_view relative) {
  descriptor current{dup(root)};
  while (current.valid()) {
    const auto slash = relative.find('/');
    const std::string segment{relative.substr(0, slash)};
    const bool last = slash == relative.npos;
    const int flags = last ? read_flags : O_PATH | O_DIRECTORY | O_CLOEXEC;
    current = descriptor{openat(current.number(), segment.c_str(), flags | O_NOFOLLOW)};
    if (last)
      break;
    relative.remove_prefix(slash + 1);
  }
  return current;
}

descriptor open_beneath(int root, const std::string& relative) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(read_flags);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  // EAGAIN: something was renamed meanwhile, so the kernel could not be sure.
  for (int attempt = 0; attempt < 8; ++attempt) {
    descriptor opened{
        static_cast<int>(syscall(SYS_openat2, root, relative.c_str(), &how, sizeof how))};
    if (opened.valid() || errno != EAGAIN) {
      if (!opened.valid() && (errno == ENOSYS || errno == EPERM))
        return open_without_links(root, relative);
      return opened;
    }
  }
  return descriptor{};
}

/// Appends until `bytes` has `wanted` or the file ends; false if the system cannot read it.
bool read_up_to(int file, std::size_t wanted, std::string& bytes) {
  auto used = bytes.size();
  bytes.resize(wanted);
  while (used < wanted) {
    const auto got = read(file, bytes.data() + used, wanted - used);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return false;
    if (got == 0)
      break;
    used += static_cast<std::size_t>(got);
  }
  bytes.resize(used);
  return true;
}

bool acceptable(std::string_view relative) noexcept {
  return !relative.empty() && relative.front() != '/' && relative.back() != '/' &&
         relative.find('\0') == relative.npos && !has_hidden_segment(relative);
}

/// The names in a directory, sorted, those of directories with a slash at their end.
std::vector<std::string> entries_of(int directory) {
  constexpr std::size_t most = 100'000;
  std::vector<std::string> names;
  const int copy = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* stream = copy < 0 ? nullptr : fdopendir(copy);
  if (!stream) {
    if (copy >= 0)
      close(copy);
    return names;
  }
  while (const auto* entry = names.size() < most ? readdir(stream) : nullptr) {
    struct stat status {};
    if (entry->d_name[0] == '.' ||
        fstatat(dirfd(stream), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0)
      continue;
    if (S_ISREG(status.st_mode))
      names.emplace_back(entry->d_name);
    else if (S_ISDIR(status.st_mode))
      names.emplace_back(std::string{entry->d_name} + '/');
  }
  closedir(stream);
  std::sort(names.begin(), names.end());
  return names;
}

void list_below(int directory, const std::string& prefix, int levels, std::size_t max_files,
                std::vector<std::string>& files) {
  for (auto& name : entries_of(directory)) {
    if (files.size() >= max_files)
      return;
    if (name.back() != '/') {
      files.push_back(prefix + name);
      continue;
    }
    const auto plain = name.substr(0, name.size() - 1);
    const descriptor inner{
        openat(directory, plain.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    if (inner.valid() && levels > 0)
      list_below(inner.number(), prefix + name, levels - 1, max_files, files);
  }
}

} // namespace

descriptor::descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

descriptor& descriptor::operator=(descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

descriptor::~descriptor() {
  if (valid())
    close(number_);
}

bool has_hidden_segment(std::string_view relative) noexcept {
  return relative.starts_with('.') || relative.find("/.") != relative.npos;
}

std::string served_directory::open() {
  descriptor opened{::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!opened.valid())
    return path_ + ": " + std::strerror(errno);
  const std::lock_guard guard{mutex_};
  root_ = std::make_shared<const descriptor>(std::move(opened));
  return {};
}

std::shared_ptr<const descriptor> served_directory::root() const {
  const std::lock_guard guard{mutex_};
  return root_;
}

descriptor served_directory::open_file(std::string_view relative, std::size_t& size) const {
  const auto directory = root();
  if (!directory || !acceptable(relative))
    return descriptor{};
  auto file = open_beneath(directory->number(), std::string{relative});
  struct stat status {};
  if (!file.valid() || fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode))
    return descriptor{};
  size = static_cast<std::size_t>(status.st_size);
  return file;
}

std::variant<std::string, read_failure> served_directory::read(std::string_view relative,
                                                               std::size_t max_bytes) const {
  std::size_t size = 0;
  const auto file = open_file(relative, size);
  if (!file.valid())
    return read_failure::not_found;
  if (size > max_bytes)
    return read_failure::too_large;
  // It may be growing, and some file systems say 0: what is read counts.
  std::string bytes;
  for (std::size_t wanted = size + 1;; wanted = std::min(2 * wanted, max_bytes + 1)) {
    if (!read_up_to(file.number(), wanted, bytes))
      return read_failure::failed;
    if (bytes.size() > max_bytes)
      return read_failure::too_large;
    if (bytes.size() < wanted)
      return bytes;
  }
}

std::string served_directory::start_of(std::string_view relative, std::size_t bytes) const {
  std::size_t size = 0;
  std::string result;
  const auto file = open_file(relative, size);
  if (file.valid())
    read_up_to(file.number(), bytes, result);
  return result;
}

std::vector<std::string> served_directory::list(std::size_t max_files) const {
  constexpr int levels = 32;
  std::vector<std::string> files;
  if (const auto directory = root())
    list_below(directory->number(), "", levels, max_files, files);
  return files;
}

} // namespace troupe::supervision
