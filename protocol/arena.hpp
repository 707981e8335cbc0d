// The memory of one parsed document: a buffer given at birth, and blocks from the heap when that is
// used up. Freed as a whole. Boost.JSON values point to their memory resource and copies share it,
// so the resource must outlive every copy: there is one for the whole process (`arena_resource`),
// which serves the arena that the calling thread is filling, and the heap when it is filling none.
#pragma once

#include "troupe/protocol/json.hpp"

#include <cstddef>

namespace troupe::protocol {

class arena {
public:
  /// The buffer must outlive the arena and be aligned for std::max_align_t.
  arena(unsigned char* buffer, std::size_t size) noexcept : next_(buffer), left_(size) {}
  ~arena();

  arena(const arena&) = delete;
  arena& operator=(const arena&) = delete;

  /// `alignment` is at most that of std::max_align_t. Throws std::bad_alloc.
  void* allocate(std::size_t size, std::size_t alignment);

private:
  struct alignas(std::max_align_t) block {
    block* previous;
  };

  void add_block(std::size_t size);

  unsigned char* next_;
  std::size_t left_;
  block* blocks_ = nullptr;
  std::size_t block_size_ = 4096;
};

/// The one memory resource of all documents' values.
json::storage_ptr arena_resource() noexcept;

/// While it lives, what this thread allocates from `arena_resource` comes from `target`. Must not
/// be nested.
class arena_scope {
public:
  explicit arena_scope(arena& target) noexcept;
  ~arena_scope();

  arena_scope(const arena_scope&) = delete;
  arena_scope& operator=(const arena_scope&) = delete;
};

} // namespace troupe::protocol
