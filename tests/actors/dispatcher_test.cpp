// The catalog's owner: changes, publishing, handlers that die, its own death.

#define CAF_SUITE dispatcher

#include <caf/test/dsl.hpp>

#include "troupe/actors/client_number.hpp"
#include "troupe/actors/dispatcher.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/remote_messages.hpp"

using namespace troupe;
using namespace std::chrono_literals;

namespace {

caf::behavior run_worker(caf::event_based_actor*) {
  return {[](const call&) { return outcome{tool_result::text("worked")}; }};
}

/// What a shard was told.
struct shard_log {
  std::vector<catalog_changed> catalogs;
  std::vector<std::string> updated;
  std::vector<handler_gone> gone;
};

caf::behavior run_shard(caf::event_based_actor*, std::shared_ptr<shard_log> log) {
  return {
      [log](const catalog_changed& change) { log->catalogs.push_back(change); },
      [log](const resource_updated& event) { log->updated.push_back(event.uri); },
      [log](const handler_gone& gone) { log->gone.push_back(gone); },
      [](const notify_client&) { return notified{notify_status::delivered}; },
  };
}

struct fixture : test_coordinator_fixture<> {
  fixture() {
    slot = std::make_shared<catalog_slot>();
    log = std::make_shared<shard_log>();
    shard = sys.spawn(run_shard, log);
    options.max_restarts = 2;
    options.on_handler_restart = [this] { ++restarts; };
    start();
  }

  ~fixture() override {
    caf::anon_send_exit(subject, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(shard, caf::exit_reason::user_shutdown);
    run();
    log->catalogs.clear();
    subject = nullptr;
    shard = nullptr;
    CAF_CHECK(slot->get()->tools.entries().empty());
  }

  void start() {
    subject = spawn_dispatcher(sys, options, slot);
    caf::anon_send(subject, shards_changed{{shard}});
    run();
  }

  void update(const handler_set& set) {
    CAF_REQUIRE(set.errors().empty());
    caf::anon_send(subject, update_catalog{set.changes()});
    run();
  }

  static handler function() {
    return {[](const call&) -> outcome { return tool_result::text("f"); }};
  }
  static announced_tool announced(const std::string& name, const std::string& input_schema = {}) {
    announced_tool told;
    told.name = name;
    told.description = "d";
    told.input_schema = input_schema;
    return told;
  }
  static protocol::tool tool(const char* name) {
    return protocol::tool{name}.with_description("d");
  }

  std::string tools() const {
    std::string names;
    for (const auto& entry : slot->get()->tools.entries())
      names += entry->description.name;
    return names;
  }

  dispatcher_options options;
  std::shared_ptr<catalog_slot> slot;
  std::shared_ptr<shard_log> log;
  caf::actor shard;
  caf::actor subject;
  int restarts = 0;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(dispatcher_tests, fixture)

CAF_TEST(shards_are_told_the_catalog_when_they_are_known) {
  CAF_REQUIRE_EQUAL(log->catalogs.size(), 1u);
  CAF_CHECK(!log->catalogs[0].changes.any());
}

CAF_TEST(changes_are_published_with_what_changed) {
  update(handler_set{}.add(tool("a"), function()).add(tool("b"), function()));
  CAF_REQUIRE_EQUAL(log->catalogs.size(), 2u);
  CAF_CHECK(log->catalogs[1].changes.tools);
  CAF_CHECK(!log->catalogs[1].changes.prompts);
  CAF_CHECK(log->catalogs[0].catalog->tools.entries().empty());
  CAF_CHECK_EQUAL(tools(), "ab");
  update(handler_set{}.add(protocol::prompt{"p"}.with_description("d"), function()));
  CAF_CHECK(log->catalogs[2].changes.prompts);
  CAF_CHECK(!log->catalogs[2].changes.tools);
}

CAF_TEST(the_cluster_is_told_as_a_shard_is) {
  const auto heard = std::make_shared<shard_log>();
  const auto cluster = sys.spawn(run_shard, heard);
  caf::anon_send(subject, cluster_changed{cluster});
  run();
  CAF_REQUIRE_EQUAL(heard->catalogs.size(), 1u);
  CAF_CHECK(!heard->catalogs[0].changes.any());
  update(handler_set{}.add(tool("a"), function()));
  CAF_REQUIRE_EQUAL(heard->catalogs.size(), 2u);
  CAF_CHECK(heard->catalogs[1].changes.tools);
  CAF_CHECK(heard->catalogs[1].catalog == slot->get());
  CAF_CHECK_EQUAL(log->catalogs.size(), 2u);
  caf::anon_send_exit(cluster, caf::exit_reason::user_shutdown);
  run();
  heard->catalogs.clear();
}

CAF_TEST(tools_of_other_nodes_are_offered_until_they_go_and_no_other_node_is_told) {
  const auto heard = std::make_shared<shard_log>();
  const auto cluster = sys.spawn(run_shard, heard);
  caf::anon_send(subject, cluster_changed{cluster});
  const auto others = sys.spawn(run_worker);
  const auto tell = [&](const std::vector<std::string>& names) {
    remote_tools_changed all{others, {}};
    for (const auto& name : names)
      all.tools.push_back(announced(name));
    caf::anon_send(subject, std::move(all));
    run();
  };
  update(handler_set{}.add(tool("b"), function()));
  tell({"a", "b", "c"});
  CAF_CHECK_EQUAL(tools(), "bac");
  CAF_CHECK(slot->get()->tools.find("a")->remote);
  CAF_CHECK(slot->get()->tools.find("a")->run.actor() == others);
  CAF_CHECK(!slot->get()->tools.find("b")->remote); // this node comes first
  CAF_CHECK(log->catalogs.back().changes.tools);
  CAF_CHECK(!heard->catalogs.back().changes.any());
  const auto told = log->catalogs.size();
  tell({"a", "b", "c"});
  CAF_CHECK_EQUAL(log->catalogs.size(), told); // nothing new
  update(handler_set{}.remove(entry_kind::tool, "b"));
  CAF_CHECK(slot->get()->tools.find("b")->remote); // the others still have it
  update(handler_set{}.add(tool("a"), function()));
  CAF_CHECK(!slot->get()->tools.find("a")->remote);
  tell({"b"});
  CAF_CHECK_EQUAL(tools(), "ab");
  caf::anon_send_exit(others, caf::exit_reason::kill);
  run();
  CAF_CHECK_EQUAL(tools(), "a");
  CAF_REQUIRE_EQUAL(log->gone.size(), 1u);
  CAF_CHECK(log->gone[0].handler == others.address());
  CAF_CHECK_EQUAL(heard->gone.size(), 1u);
  caf::anon_send_exit(cluster, caf::exit_reason::user_shutdown);
  run();
  heard->catalogs.clear();
}

CAF_TEST(a_tool_of_another_node_that_cannot_be_described_is_left_out) {
  const auto others = sys.spawn(run_worker);
  remote_tools_changed all{others, {}};
  all.tools.push_back(announced("good"));
  all.tools.push_back(announced("bad name"));
  all.tools.push_back(announced("bad_schema", "[1]"));
  caf::anon_send(subject, std::move(all));
  run();
  CAF_CHECK_EQUAL(tools(), "good");
  caf::anon_send_exit(others, caf::exit_reason::kill);
  run();
}

CAF_TEST(a_new_dispatcher_keeps_the_tools_of_other_nodes_until_it_is_told) {
  const auto others = sys.spawn(run_worker);
  remote_tools_changed all{others, {}};
  all.tools.push_back(announced("a"));
  caf::anon_send(subject, all);
  run();
  caf::anon_send_exit(subject, caf::exit_reason::kill);
  run();
  start();
  update(handler_set{}.add(tool("b"), function()));
  CAF_CHECK_EQUAL(tools(), "ab");
  all.tools.clear();
  caf::anon_send(subject, all);
  run();
  CAF_CHECK_EQUAL(tools(), "b");
  caf::anon_send_exit(others, caf::exit_reason::kill);
  run();
}

CAF_TEST(a_replaced_entry_keeps_its_place_and_a_removed_one_goes) {
  update(handler_set{}
             .add(tool("a"), function())
             .add(tool("b"), function())
             .add(tool("c"), function()));
  const auto number = slot->get()->tools.find("a")->number;
  update(handler_set{}.add(tool("a"), function()).remove(entry_kind::tool, "b"));
  CAF_CHECK_EQUAL(tools(), "ac");
  CAF_CHECK_EQUAL(slot->get()->tools.find("a")->number, number);
  CAF_CHECK(slot->get()->tools.find("b") == nullptr);
}

CAF_TEST(removing_what_is_not_there_changes_nothing) {
  update(handler_set{}.remove(entry_kind::resource, "x:y"));
  CAF_CHECK(!log->catalogs.back().changes.any());
}

CAF_TEST(a_wrong_description_is_an_error_of_the_set) {
  handler_set set;
  set.add(protocol::tool{"not a name"}, function());
  set.add(protocol::resource_template{"test://{", "t"}.with_description("d"), function());
  CAF_CHECK_EQUAL(set.errors().size(), 2u);
  CAF_CHECK(set.empty());
}

CAF_TEST(a_supervised_handler_is_restarted_and_then_given_up) {
  int made = 0;
  update(handler_set{}.add(tool("w"), handler::supervised([&](caf::actor_system& system) {
                             ++made;
                             return system.spawn(run_worker);
                           })));
  for (int death = 1; death <= 2; ++death) {
    const auto actor = slot->get()->tools.find("w")->run.actor();
    caf::anon_send_exit(actor, caf::exit_reason::kill);
    run();
    CAF_CHECK_EQUAL(made, death + 1);
    CAF_CHECK_EQUAL(restarts, death);
    CAF_CHECK(slot->get()->tools.find("w")->run.actor() != actor);
    CAF_CHECK(!log->catalogs.back().changes.any());
    CAF_CHECK(log->gone.back().handler == actor.address());
  }
  caf::anon_send_exit(slot->get()->tools.find("w")->run.actor(), caf::exit_reason::kill);
  run();
  CAF_CHECK_EQUAL(made, 3);
  CAF_CHECK(log->catalogs.back().changes.tools);
  CAF_CHECK_EQUAL(tools(), "");
}

CAF_TEST(restarts_are_counted_in_a_window) {
  int made = 0;
  update(handler_set{}.add(tool("w"), handler::supervised([&](caf::actor_system& system) {
                             ++made;
                             return system.spawn(run_worker);
                           })));
  for (int death = 0; death < 6; ++death) {
    caf::anon_send_exit(slot->get()->tools.find("w")->run.actor(), caf::exit_reason::kill);
    run();
    advance_time(options.restart_window);
  }
  CAF_CHECK_EQUAL(made, 7);
  CAF_CHECK_EQUAL(tools(), "w");
}

CAF_TEST(a_handler_actor_of_the_application_is_removed_when_it_dies) {
  auto worker = sys.spawn(run_worker);
  update(handler_set{}.add(tool("w"), worker).add(tool("x"), function()));
  caf::anon_send_exit(worker, caf::exit_reason::kill);
  worker = nullptr;
  run();
  CAF_CHECK_EQUAL(tools(), "x");
  CAF_CHECK_EQUAL(log->gone.size(), 1u);
}

CAF_TEST(an_actor_of_several_entries_is_watched_until_the_last_one_goes) {
  auto worker = sys.spawn(run_worker);
  update(handler_set{}.add(tool("v"), worker).add(tool("w"), worker));
  update(handler_set{}.add(tool("w"), function()));
  CAF_CHECK_EQUAL(tools(), "vw");
  update(handler_set{}.add(tool("v"), worker)); // replaced by one with the same actor
  caf::anon_send_exit(worker, caf::exit_reason::kill);
  worker = nullptr;
  run();
  CAF_CHECK_EQUAL(tools(), "w");
  CAF_CHECK_EQUAL(log->gone.size(), 1u);
}

CAF_TEST(a_new_dispatcher_goes_on_where_the_old_one_died) {
  update(handler_set{}
             .add(tool("a"), function())
             .add(tool("w"), handler::supervised([](caf::actor_system& system) {
                    return system.spawn(run_worker);
                  })));
  const auto worker = slot->get()->tools.find("w")->run.actor();
  caf::anon_send_exit(subject, caf::exit_reason::kill);
  run();
  start();
  CAF_CHECK_EQUAL(tools(), "aw");
  CAF_CHECK_EQUAL(log->catalogs.back().catalog->tools.size(), 2u);
  update(handler_set{}.add(tool("b"), function()));
  CAF_CHECK_EQUAL(tools(), "awb");
  // It watches what it inherited.
  caf::anon_send_exit(worker, caf::exit_reason::kill);
  run();
  CAF_CHECK(slot->get()->tools.find("w")->run.actor() != worker);
}

CAF_TEST(events_and_notifications_find_their_way) {
  caf::anon_send(subject, resource_updated{"test://a"});
  run();
  CAF_CHECK_EQUAL(log->updated.at(0), "test://a");
  const auto ask = [&](const char* name) {
    auto answer = self->request(subject, caf::infinite, notify_client{name, "m", nullptr});
    run();
    notify_status status{};
    answer.receive([&](const notified& what) { status = what.status; },
                   [&](const caf::error& error) { CAF_FAIL(sys.render(error)); });
    return status;
  };
  CAF_CHECK(ask("client-0-1") == notify_status::delivered);
  CAF_CHECK(ask("client-7-1") == notify_status::client_not_found);
  CAF_CHECK(ask("nobody") == notify_status::client_not_found);
}

CAF_TEST(client_names_are_read_strictly) {
  CAF_CHECK_EQUAL(to_string(client_number{3, 12}), "client-3-12");
  CAF_CHECK(parse_client_number("client-3-12") == (client_number{3, 12}));
  for (const auto* wrong : {"", "client-", "client-1", "client-1-", "client--1-2", "client-1-2x",
                            "client-1-99999999999999999999999", "Client-1-2"})
    CAF_CHECK(!parse_client_number(wrong));
}

CAF_TEST_FIXTURE_SCOPE_END()
