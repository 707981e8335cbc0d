#pragma once

// A completion handler of an asynchronous operation that waits for someone to complete it: of any
// type, moved into place and out again, without an allocation.

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

#include "troupe/net/socket.hpp"

namespace troupe::net {

template<std::size_t Capacity>
class stored_completion {
public:
  stored_completion() = default;
  stored_completion(const stored_completion&) = delete;
  stored_completion& operator=(const stored_completion&) = delete;
  ~stored_completion() { drop(); }

  explicit operator bool() const noexcept { return run_ != nullptr; }

  /// Only when it is empty.
  template<class Handler>
  void store(Handler&& handler) {
    using type = std::decay_t<Handler>;
    static_assert(sizeof(type) <= Capacity && alignof(type) <= alignof(std::max_align_t));
    ::new (static_cast<void*>(&storage_)) type(std::forward<Handler>(handler));
    run_ = [](void* at, const error_code* error, std::size_t size) {
      auto& stored = *static_cast<type*>(at);
      if (error == nullptr) {
        stored.~type();
        return;
      }
      auto moved = std::move(stored); // calling it may store the next one
      stored.~type();
      moved(*error, size);
    };
  }

  void complete(const error_code& error, std::size_t size) {
    std::exchange(run_, nullptr)(&storage_, &error, size);
  }

  /// Destroys the handler without calling it.
  void drop() noexcept {
    if (run_ != nullptr)
      std::exchange(run_, nullptr)(&storage_, nullptr, 0);
  }

private:
  alignas(std::max_align_t) std::byte storage_[Capacity];
  void (*run_)(void*, const error_code*, std::size_t) = nullptr;
};

} // namespace troupe::net
