#include "troupe/actors/dispatcher.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>
#include <spdlog/spdlog.h>

#include "troupe/actors/client_number.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/remote_catalog.hpp"
#include "troupe/actors/restart_intensity.hpp"

namespace troupe {

namespace {

struct dispatcher_state {
  static inline const char* name = "dispatcher";

  caf::event_based_actor* self;
  dispatcher_options options;
  std::shared_ptr<catalog_slot> slot;
  std::vector<caf::actor> shards;
  caf::actor cluster; ///< null if the node is in none
  remote_catalog remote;
  std::uint64_t next_number = 1;
  std::map<std::uint64_t, restart_intensity> restarts; ///< by entry number

  explicit dispatcher_state(caf::event_based_actor* parent) : self(parent) {}

  /// With the tools of other nodes, which change their own catalogs themselves.
  void publish(boost::intrusive_ptr<catalog> next, const list_changes& own) {
    auto changes = own;
    if (remote.source())
      changes.tools |= remote.merge_into(*next);
    send_out(std::move(next), changes, own);
  }

  void send_out(boost::intrusive_ptr<catalog> next, const list_changes& changes,
                const list_changes& own) {
    ++next->version;
    const catalog_ptr published = std::move(next);
    slot->set(published);
    for (const auto& shard : shards)
      self->send(shard, catalog_changed{published, changes});
    if (cluster)
      self->send(cluster, catalog_changed{published, own});
  }

  boost::intrusive_ptr<catalog> draft() const {
    return boost::intrusive_ptr<catalog>{new catalog{*slot->get()}};
  }

  void tell_depth() const {
    if (options.on_mailbox_depth)
      options.on_mailbox_depth(self->mailbox().size());
  }

  // -- changes ------------------------------------------------------------------------------------

  handler start(handler run) {
    if (run.factory())
      run = run.with_actor(run.factory()(self->system()));
    if (run.actor())
      self->monitor(run.actor());
    return run;
  }

  /// The actor of an entry that goes is nobody's business any more, unless it was ours.
  void stop(const handler& run) {
    if (!run.actor() || run.actor() == remote.source())
      return;
    self->demonitor(run.actor());
    if (run.factory())
      self->send_exit(run.actor(), caf::exit_reason::user_shutdown);
  }

  template<class Entry>
  void put(entry_table<Entry>& table, Entry entry) {
    if (const auto* old = table.find(key_of(entry))) {
      entry.number = old->number;
      stop(old->run);
    } else {
      entry.number = next_number++;
    }
    entry.run = start(std::move(entry.run));
    table.put(std::make_shared<const Entry>(std::move(entry)));
  }

  template<class Entry>
  bool remove(entry_table<Entry>& table, std::string_view key) {
    const auto* old = table.find(key);
    if (old == nullptr)
      return false;
    stop(old->run);
    restarts.erase(old->number);
    return table.remove(key);
  }

  void apply(catalog& target, list_changes& changes, catalog_change& change) {
    if (auto* tool = std::get_if<tool_entry>(&change)) {
      put(target.tools, std::move(*tool));
      changes.tools = true;
    } else if (auto* resource = std::get_if<resource_entry>(&change)) {
      put(target.resources, std::move(*resource));
      changes.resources = true;
    } else if (auto* family = std::get_if<template_entry>(&change)) {
      put(target.templates, std::move(*family));
      changes.resources = true;
    } else if (auto* prompt = std::get_if<prompt_entry>(&change)) {
      put(target.prompts, std::move(*prompt));
      changes.prompts = true;
    } else {
      apply(target, changes, std::get<removal>(change));
    }
  }

  void apply(catalog& target, list_changes& changes, const removal& gone) {
    switch (gone.kind) {
    case entry_kind::tool:
      changes.tools |= remove(target.tools, gone.key);
      break;
    case entry_kind::resource:
      changes.resources |= remove(target.resources, gone.key);
      break;
    case entry_kind::resource_template:
      changes.resources |= remove(target.templates, gone.key);
      break;
    case entry_kind::prompt:
      changes.prompts |= remove(target.prompts, gone.key);
      break;
    }
  }

  catalog_updated update(update_catalog& request) {
    auto next = draft();
    list_changes changes;
    for (auto& change : request.changes)
      apply(*next, changes, change);
    publish(std::move(next), changes);
    return {slot->get()->version};
  }

  // -- handlers that die --------------------------------------------------------------------------

  /// Restarts or removes every entry of `table` whose actor was `gone`; true if one was removed.
  template<class Entry>
  bool replace(entry_table<Entry>& table, const caf::actor_addr& gone) {
    std::vector<typename entry_table<Entry>::pointer> affected;
    for (const auto& entry : table.entries())
      if (entry->run.actor() && entry->run.actor().address() == gone)
        affected.push_back(entry);
    bool removed = false;
    for (const auto& entry : affected) {
      if (may_restart(entry->number, entry->run)) {
        auto again = std::make_shared<Entry>(*entry);
        again->run = start(std::move(again->run));
        table.put(std::move(again));
        spdlog::warn("handler={} was restarted", key_of(*entry));
      } else {
        spdlog::error("handler={} is gone and was removed from the catalog", key_of(*entry));
        restarts.erase(entry->number);
        removed |= table.remove(key_of(*entry));
      }
    }
    return removed;
  }

  bool may_restart(std::uint64_t number, const handler& run) {
    if (!run.factory())
      return false;
    auto& history =
        restarts
            .try_emplace(number, restart_intensity{options.max_restarts, options.restart_window})
            .first->second;
    if (!history.restart(self->clock().now()))
      return false;
    if (options.on_handler_restart)
      options.on_handler_restart();
    return true;
  }

  // -- tools of other nodes -----------------------------------------------------------------------

  void on_remote_tools(remote_tools_changed& all) {
    if (all.remote_tools != remote.source()) {
      if (remote.source())
        self->demonitor(remote.source());
      self->monitor(all.remote_tools);
    }
    remote.set(std::move(all), [this] { return next_number++; });
    publish_remote();
  }

  void publish_remote() {
    auto next = draft();
    if (remote.merge_into(*next))
      send_out(std::move(next), {.tools = true}, {});
  }

  void on_down(const caf::down_msg& down) {
    if (remote.source() && down.source == remote.source().address()) {
      remote.clear(); // whoever comes next says what there is
      publish_remote();
    } else {
      restart_or_remove(down.source);
    }
    const handler_gone gone{down.source, self->system().render(down.reason)};
    for (const auto& shard : shards)
      self->send(shard, gone);
    if (cluster)
      self->send(cluster, gone);
  }

  void restart_or_remove(const caf::actor_addr& gone) {
    auto next = draft();
    list_changes changes;
    changes.tools = replace(next->tools, gone);
    changes.resources = replace(next->resources, gone);
    changes.resources |= replace(next->templates, gone);
    changes.prompts = replace(next->prompts, gone);
    publish(std::move(next), changes);
  }

  // -- after a start or restart -------------------------------------------------------------------

  template<class Entry>
  void take_over(const entry_table<Entry>& table) {
    for (const auto& entry : table.entries()) {
      next_number = std::max(next_number, entry->number + 1);
      if (entry->run.actor())
        self->monitor(entry->run.actor());
    }
  }

  void take_over() {
    const auto current = slot->get();
    take_over(current->tools);
    take_over(current->resources);
    take_over(current->templates);
    take_over(current->prompts);
  }

  void tell_shards() {
    for (const auto& shard : shards)
      self->send(shard, catalog_changed{slot->get(), {}});
  }

  template<class Table>
  void end_supervised(const Table& table) {
    for (const auto& entry : table.entries())
      if (entry->run.factory() && entry->run.actor())
        self->send_exit(entry->run.actor(), caf::exit_reason::user_shutdown);
  }

  /// The supervised actors end with the node, not with a dispatcher that is about to be restarted.
  void end_handlers() {
    const auto last = slot->get();
    end_supervised(last->tools);
    end_supervised(last->resources);
    end_supervised(last->templates);
    end_supervised(last->prompts);
    slot->set(catalog_ptr{new catalog});
    shards.clear();
    cluster = nullptr;
    remote.clear();
  }
};

using dispatcher_self = caf::stateful_actor<dispatcher_state>;

caf::behavior dispatcher(dispatcher_self* self, dispatcher_options options,
                         std::shared_ptr<catalog_slot> slot) {
  auto& state = self->state;
  state.options = std::move(options);
  state.slot = std::move(slot);
  state.take_over();
  self->set_down_handler([self](const caf::down_msg& down) { self->state.on_down(down); });
  self->set_exit_handler([self](caf::exit_msg& exit) {
    if (exit.reason == caf::exit_reason::user_shutdown)
      self->state.end_handlers();
    self->quit(std::move(exit.reason));
  });
  return {
      [self](update_catalog& request) {
        self->state.tell_depth();
        return self->state.update(request);
      },
      [self](shards_changed& change) {
        self->state.tell_depth();
        self->state.shards = std::move(change.shards);
        self->state.tell_shards();
      },
      [self](cluster_changed& change) {
        self->state.cluster = std::move(change.cluster);
        if (self->state.cluster)
          self->send(self->state.cluster, catalog_changed{self->state.slot->get(), {}});
      },
      [self](remote_tools_changed& all) {
        self->state.tell_depth();
        self->state.on_remote_tools(all);
      },
      [self](const resource_updated& event) {
        self->state.tell_depth();
        for (const auto& shard : self->state.shards)
          self->send(shard, event);
      },
      [self](notify_client& request) -> caf::result<caf::message> {
        const auto client = parse_client_number(request.client);
        if (!client || client->shard >= self->state.shards.size())
          return caf::make_message(notified{notify_status::client_not_found});
        return self->delegate(self->state.shards[client->shard], std::move(request));
      },
  };
}

} // namespace

caf::actor spawn_dispatcher(caf::actor_system& system, dispatcher_options options,
                            std::shared_ptr<catalog_slot> slot) {
  return system.spawn(dispatcher, std::move(options), std::move(slot));
}

} // namespace troupe
