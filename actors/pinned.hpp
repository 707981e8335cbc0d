#pragma once

// An actor that lives on one execution unit and nowhere else.
//
// A connection and its socket, a session and its shard share a thread: then a socket event or a
// timer is a plain call on the actor, without a mailbox, and state needs no lock. CAF's own brokers
// do the same (caf::io::abstract_broker); this is that technique for any execution unit. Messages
// still arrive through the mailbox, from any thread. With net/io_unit this is the only file that
// depends on how CAF 0.17 schedules actors.

#include <cstddef>
#include <exception>
#include <typeinfo>
#include <utility>

#include <caf/abstract_actor.hpp>
#include <caf/actor_config.hpp>
#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/execution_unit.hpp>
#include <caf/intrusive/task_result.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/scheduled_actor.hpp>
#include <caf/sec.hpp>

namespace troupe {

template<class Base>
class pinned : public Base {
public:
  explicit pinned(caf::actor_config& config) : Base(config), home_(config.host) {}

  using caf::abstract_actor::enqueue;

  /// Whoever sends, the actor is resumed on its home.
  void enqueue(caf::mailbox_element_ptr element, caf::execution_unit*) override {
    Base::enqueue(std::move(element), home_);
  }

  void enqueue(caf::strong_actor_ptr sender, caf::message_id id, caf::message content,
               caf::execution_unit*) override {
    Base::enqueue(
        caf::make_mailbox_element(std::move(sender), id, caf::no_stages, std::move(content)),
        home_);
  }

  void launch(caf::execution_unit*, bool lazy, bool hidden) override {
    Base::launch(home_, lazy, hidden);
  }

  /// What scheduled_actor::resume does, without its streams, receive timeouts and logger, which no
  /// pinned actor uses and which cost more than the message itself.
  caf::resumable::resume_result resume(caf::execution_unit*, std::size_t limit) override {
    if (!this->activate(home_))
      return caf::resumable::done;
    const handling_scope scope{this};
    std::size_t handled = 0;
    mailbox_visitor visit{{this, handled, limit}};
    while (handled < limit) {
      const auto round = this->mailbox().new_round(messages_per_round, visit);
      if (!round.consumed_items && this->mailbox().try_block())
        return caf::resumable::awaiting_message;
      if (this->finalize())
        return caf::resumable::done;
      if (std::exchange(yields_, false))
        break;
    }
    return this->mailbox().try_block() ? caf::resumable::awaiting_message
                                       : caf::resumable::resume_later;
  }

  /// Tells CAF's own schedulers to hand this actor back to its home.
  caf::resumable::subtype_t subtype() const override { return caf::resumable::io_actor; }

  caf::execution_unit& home() const noexcept { return *home_; }

  /// Runs `event` as if it were the handling of a message: initialises the actor when needed, ends
  /// it when `event` throws or calls quit(). Only on the home thread, and never from within another
  /// activation of this actor.
  template<class Event>
  void on_event(Event&& event) {
    // What the event does may drop the last reference to this actor.
    const caf::strong_actor_ptr alive{this->ctrl()};
    if (!this->activate(home_))
      return;
    guard(std::forward<Event>(event));
    this->finalize();
  }

protected:
  /// Others of the thread have their turn after this message, whatever else waits for this actor.
  void yield() noexcept { yields_ = true; }

  /// Handles messages of the kinds that come with every request, and returns true; all others are for
  /// the behaviour, where CAF's search for the right handler costs as much as the work of many. Asked
  /// about messages of one element only that nobody else holds, and that are no requests.
  virtual bool on_frequent(const std::type_info& /*type*/, void* /*content*/) { return false; }

  /// The actor that handles a message on this thread right now. A behaviour that finds its actor this
  /// way captures nothing, and all actors of a type share one: make_behavior() returns a copy of a
  /// static one, as objects share one table of virtual functions.
  template<class Self>
  static Self& running() noexcept {
    return static_cast<Self&>(*handling_);
  }

private:
  /// CAF's, and before it a look at what is frequent.
  struct mailbox_visitor : Base::mailbox_visitor {
    using caf_visitor = typename Base::mailbox_visitor;
    using caf_visitor::operator();

    template<class Queue>
    caf::intrusive::task_result operator()(std::size_t, Queue&, caf::mailbox_element& element) {
      auto& actor = static_cast<pinned&>(*this->self);
      if (!actor.handle_frequent(element)) {
        const auto result = (*this)(element);
        return actor.yields_ && result == caf::intrusive::task_result::resume
                   ? caf::intrusive::task_result::stop_all
                   : result;
      }
      if (actor.finalize())
        return caf::intrusive::task_result::stop;
      return ++this->handled_msgs < this->max_throughput ? caf::intrusive::task_result::resume
                                                         : caf::intrusive::task_result::stop_all;
    }
  };

  bool handle_frequent(caf::mailbox_element& element) {
    auto& content = element.content();
    if (!element.mid.is_async() || content.size() != 1 || content.shared())
      return false;
    const auto* type = content.type(0).second; // null for CAF's own types
    if (type == nullptr)
      return false;
    this->current_element_ = &element;
    bool handled = true; // also if it throws
    guard([&] { handled = on_frequent(*type, content.get_mutable(0)); });
    return handled;
  }

  /// What throws ends the actor.
  template<class Event>
  void guard(Event&& event) {
    try {
      std::forward<Event>(event)();
    } catch (const std::exception& reason) {
      this->quit(caf::make_error(caf::sec::runtime_error, reason.what()));
    } catch (...) {
      this->quit(caf::make_error(caf::sec::runtime_error, "an exception of unknown type"));
    }
  }

  class handling_scope {
  public:
    explicit handling_scope(pinned* self) noexcept : outer_(std::exchange(handling_, self)) {}
    ~handling_scope() { handling_ = outer_; }
    handling_scope(const handling_scope&) = delete;
    handling_scope& operator=(const handling_scope&) = delete;

  private:
    pinned* outer_;
  };

  /// As many as CAF's own.
  static constexpr std::size_t messages_per_round = 3;
  static inline constinit thread_local pinned* handling_ = nullptr;

  caf::execution_unit* home_;
  bool yields_ = false;
};

/// Creates an actor of type `Actor`, derived from `pinned`, whose home is `home`.
template<class Actor, caf::spawn_options Options = caf::no_spawn_options, class... Args>
caf::infer_handle_from_class_t<Actor> spawn_pinned(caf::execution_unit& home, Args&&... args) {
  caf::actor_config config{&home};
  return home.system().spawn_class<Actor, Options>(config, std::forward<Args>(args)...);
}

} // namespace troupe
