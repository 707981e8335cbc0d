#include "troupe/protocol/arena.hpp"

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <new>

namespace troupe::protocol {

namespace {

constexpr std::size_t max_block_size = std::size_t{64} * 1024;

constinit thread_local arena* filling = nullptr;

class process_resource final : public boost::container::pmr::memory_resource {
  void* do_allocate(std::size_t size, std::size_t alignment) override {
    assert(alignment <= alignof(std::max_align_t));
    return filling != nullptr ? filling->allocate(size, alignment) : ::operator new(size);
  }

  // While a thread fills an arena, Boost.JSON gives back only what it took during the same parse; a
  // value that was parsed is never destroyed. So all else is a copy's memory, which came from the
  // heap.
  void do_deallocate(void* memory, std::size_t, std::size_t) override {
    if (filling == nullptr)
      ::operator delete(memory);
  }

  bool do_is_equal(const boost::container::pmr::memory_resource& other) const noexcept override {
    return this == &other;
  }
};

std::size_t padding(const unsigned char* position, std::size_t alignment) {
  return (alignment - reinterpret_cast<std::uintptr_t>(position) % alignment) % alignment;
}

} // namespace

arena::~arena() {
  while (blocks_ != nullptr) {
    auto* previous = blocks_->previous;
    ::operator delete(blocks_);
    blocks_ = previous;
  }
}

void* arena::allocate(std::size_t size, std::size_t alignment) {
  auto skip = padding(next_, alignment);
  if (left_ < skip || left_ - skip < size) {
    add_block(size);
    skip = 0;
  }
  auto* result = next_ + skip;
  next_ += skip + size;
  left_ -= skip + size;
  return result;
}

void arena::add_block(std::size_t size) {
  const auto room = std::max(size, block_size_);
  auto* memory = static_cast<unsigned char*>(::operator new(sizeof(block) + room));
  blocks_ = new (memory) block{blocks_};
  next_ = memory + sizeof(block);
  left_ = room;
  block_size_ = std::min(block_size_ * 2, max_block_size);
}

json::storage_ptr arena_resource() noexcept {
  // Never destroyed: copies of values may be alive during the exit of the process.
  static auto& resource = *new process_resource;
  return &resource;
}

arena_scope::arena_scope(arena& target) noexcept {
  assert(filling == nullptr);
  filling = &target;
}

arena_scope::~arena_scope() {
  filling = nullptr;
}

} // namespace troupe::protocol
