#pragma once

// Who answers a call: a function or an actor, and where it runs.

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include "troupe/actors/call.hpp"
#include "troupe/actors/outcome.hpp"

namespace troupe {

/// Where a function runs.
enum class execution : std::uint8_t {
  /// On the I/O thread that read the request, without any message. For pure and quick functions (a
  /// few microseconds): while one runs, that thread serves nobody else.
  inline_,
  /// On CAF's thread pool. The default.
  pool,
  /// On a thread of its own, for functions that wait (for files, databases, other programs).
  blocking,
};

/// Called concurrently by several threads unless the execution is inline_ and there is one I/O thread.
/// What it throws fails the call with -32603 and is logged.
using handler_function = std::function<outcome(const call&)>;

/// Creates the actor of a handler; called again after it has died.
using handler_factory = std::function<caf::actor(caf::actor_system&)>;

/// How calls reach an actor.
struct actor_options {
  /// Also send call_cancelled when a running call is cancelled.
  bool cancellation_messages = false;
};

class handler {
public:
  handler() = default;

  /// A function; by default on the pool.
  template<class Function>
  requires std::constructible_from<handler_function, Function>
  handler(Function&& function, execution where = execution::pool) // NOLINT: meant to convert
      : function_(std::forward<Function>(function)), where_(where) {}

  /// An actor that answers `call` with `outcome`. It is not restarted: when it dies its calls fail
  /// and the handler is removed from the catalog.
  handler(caf::actor actor, actor_options options = {}) // NOLINT: meant to convert
      : actor_(std::move(actor)), options_(options) {}

  /// An actor that the dispatcher creates and restarts.
  static handler supervised(handler_factory factory, actor_options options = {}) {
    handler result;
    result.factory_ = std::move(factory);
    result.options_ = options;
    return result;
  }

  const handler_function& function() const noexcept { return function_; }
  execution where() const noexcept { return where_; }
  /// Empty for functions, and for a supervised actor that has not been started or was given up.
  const caf::actor& actor() const noexcept { return actor_; }
  const handler_factory& factory() const noexcept { return factory_; }
  const actor_options& options() const noexcept { return options_; }
  bool is_actor() const noexcept { return !function_; }

  /// The same handler, answered by `actor` from now on.
  handler with_actor(caf::actor actor) const {
    auto result = *this;
    result.actor_ = std::move(actor);
    return result;
  }

private:
  handler_function function_;
  handler_factory factory_;
  caf::actor actor_;
  execution where_ = execution::pool;
  actor_options options_;
};

} // namespace troupe
