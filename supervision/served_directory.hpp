#pragma once

// One directory whose files may be read, and nothing outside of it. What a client names is opened
// below the directory's own descriptor by openat2 with RESOLVE_BENEATH, so that neither "..", nor a
// symbolic link, nor a rename in the middle leads out; on systems without it no link is followed at
// all. Names that begin with a dot (.git, .env) are not there.

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace troupe::supervision {

/// A file descriptor with an owner.
class descriptor {
public:
  explicit descriptor(int number = -1) noexcept : number_(number) {}
  descriptor(descriptor&& other) noexcept;
  descriptor& operator=(descriptor&& other) noexcept;
  ~descriptor();

  int number() const noexcept { return number_; }
  bool valid() const noexcept { return number_ >= 0; }

private:
  int number_;
};

enum class read_failure {
  not_found, ///< no such file, not a regular file, not permitted, or not below the directory
  too_large,
  failed, ///< the system could not read it
};

class served_directory {
public:
  /// `path` is absolute, without a slash at its end. Opens nothing yet.
  explicit served_directory(std::string path) : path_(std::move(path)) {}

  const std::string& path() const noexcept { return path_; }

  /// Opens the directory, or what stands at its path now. An error text, or empty. Reads that run
  /// keep what they have.
  std::string open();

  /// `relative` has no leading slash and no segment "." or "..". From any thread.
  std::variant<std::string, read_failure> read(std::string_view relative,
                                               std::size_t max_bytes) const;

  /// The first `bytes` of a file, or fewer; empty also if it cannot be read.
  std::string start_of(std::string_view relative, std::size_t bytes) const;

  /// Regular files in order of their names, as paths relative to the directory; at most `max_files`,
  /// from at most 32 levels. Links are left out.
  std::vector<std::string> list(std::size_t max_files) const;

private:
  std::shared_ptr<const descriptor> root() const;
  /// Not valid if `relative` is no regular file below the directory.
  descriptor open_file(std::string_view relative, std::size_t& size) const;

  std::string path_;
  mutable std::mutex mutex_; ///< held only to copy the pointer
  std::shared_ptr<const descriptor> root_;
};

/// A segment begins with a dot.
bool has_hidden_segment(std::string_view relative) noexcept;

} // namespace troupe::supervision
