#pragma once

// Who listens on this thread: the streams of subscriptions/listen, by what they want to hear. A
// listener is a member of its connection and leaves every list when it is destroyed; telling all of
// a list is a plain call each, without a message, because they share the thread.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <boost/intrusive/list.hpp>

#include "troupe/protocol/subscription.hpp"

namespace troupe {

class listeners;

class listener {
public:
  listener() = default;
  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;

  /// Called on the thread of its index, never while its connection is active. May end this listener
  /// and any other: all of a connection end with it.
  virtual void on_notification(const protocol::tagged_notification& told) = 0;

protected:
  virtual ~listener() = default;

private:
  friend class listeners;

  /// A place in one list.
  struct entry : boost::intrusive::list_base_hook<
                     boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
    listener* owner = nullptr;
  };

  std::vector<std::unique_ptr<entry>> entries_;
};

/// The lists that a change may concern.
enum class listen_topic : std::uint8_t { tools, prompts, resources };
inline constexpr std::size_t listen_topic_count = 3;

class listeners {
public:
  /// Enters `who` in the lists of `filter`.
  void add(listener& who, const protocol::subscription_filter& filter);
  /// Takes it out of all of them.
  void remove(listener& who);

  void publish(listen_topic topic, const protocol::tagged_notification& told);
  void publish_resource(const std::string& uri, const protocol::tagged_notification& told);
  void publish_task(const std::string& task, const protocol::tagged_notification& told);

  bool has_resource(const std::string& uri) const { return resources_.contains(uri); }
  bool has_task(const std::string& task) const { return tasks_.contains(task); }

private:
  using list = boost::intrusive::list<listener::entry, boost::intrusive::constant_time_size<false>>;
  using keyed_lists = std::unordered_map<std::string, list>;

  static void enter(listener& who, list& where);
  static void tell(list& all, const protocol::tagged_notification& told);
  static void publish(keyed_lists& lists, const std::string& key,
                      const protocol::tagged_notification& told);

  list topics_[listen_topic_count];
  keyed_lists resources_; ///< by URI
  keyed_lists tasks_;     ///< by task id
  std::size_t until_sweep_ = 0;

  /// Lists whose last listener has gone are dropped now and then.
  void sweep();
};

} // namespace troupe
