// Who is told what, and that nobody is told who has left.

#define CAF_SUITE listeners

#include "caf/test/unit_test.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "troupe/actors/listeners.hpp"

using namespace troupe;

namespace {

using lines = std::vector<std::string>;

class recorder final : public listener {
public:
  recorder(lines& log, std::string name) : log_(log), name_(std::move(name)) {}
  ~recorder() override = default;

  void on_notification(const protocol::tagged_notification& told) override {
    log_.push_back(name_ + ' ' + told.before + name_ + told.after);
    if (then)
      then();
  }

  std::function<void()> then;

private:
  lines& log_;
  std::string name_;
};

const protocol::tagged_notification news{"<", ">"};

protocol::subscription_filter uris(std::vector<std::string> names) {
  protocol::subscription_filter filter;
  filter.uris = std::move(names);
  return filter;
}

protocol::subscription_filter tasks(std::vector<std::string> ids) {
  protocol::subscription_filter filter;
  filter.task_ids = std::move(ids);
  return filter;
}

protocol::subscription_filter tools() {
  protocol::subscription_filter filter;
  filter.tools = true;
  return filter;
}

struct fixture {
  lines log;
  listeners all;
  recorder a{log, "a"}, b{log, "b"}, c{log, "c"};

  lines take() { return std::exchange(log, {}); }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(listeners_tests, fixture)

CAF_TEST(a_topic_reaches_those_who_want_it_in_the_order_they_came) {
  protocol::subscription_filter both;
  both.prompts = both.tools = true;
  all.add(a, tools());
  all.add(b, both);
  all.publish(listen_topic::tools, news);
  CAF_CHECK_EQUAL(take(), (lines{"a <a>", "b <b>"}));
  all.publish(listen_topic::prompts, news);
  CAF_CHECK_EQUAL(take(), (lines{"b <b>"}));
  all.publish(listen_topic::resources, news);
  CAF_CHECK_EQUAL(take(), lines{});
}

CAF_TEST(a_resource_reaches_those_who_named_it) {
  all.add(a, uris({"x", "y"}));
  all.add(b, uris({"y"}));
  all.publish_resource("y", news);
  CAF_CHECK_EQUAL(take(), (lines{"a <a>", "b <b>"}));
  all.publish_resource("x", news);
  CAF_CHECK_EQUAL(take(), (lines{"a <a>"}));
  all.publish_resource("z", news);
  CAF_CHECK_EQUAL(take(), lines{});
}

CAF_TEST(a_task_is_no_resource_of_the_same_name) {
  all.add(a, uris({"x"}));
  all.add(b, tasks({"x"}));
  all.publish_task("x", news);
  CAF_CHECK_EQUAL(take(), (lines{"b <b>"}));
  all.publish_resource("x", news);
  CAF_CHECK_EQUAL(take(), (lines{"a <a>"}));
}

CAF_TEST(the_one_that_is_told_may_leave) {
  protocol::subscription_filter everything;
  everything.tools = true;
  everything.uris = {"x"};
  auto brief = std::make_unique<recorder>(log, "brief");
  all.add(a, everything);
  all.add(*brief, everything);
  all.add(b, everything);
  brief->then = [&] { brief.reset(); };
  all.publish(listen_topic::tools, news);
  CAF_CHECK_EQUAL(take(), (lines{"a <a>", "brief <brief>", "b <b>"}));
  all.publish_resource("x", news);
  CAF_CHECK_EQUAL(take(), (lines{"a <a>", "b <b>"}));
}

CAF_TEST(the_only_one_may_leave_while_it_is_told) {
  auto brief = std::make_unique<recorder>(log, "brief");
  all.add(*brief, uris({"x"}));
  brief->then = [&] { brief.reset(); };
  all.publish_resource("x", news);
  CAF_CHECK_EQUAL(take(), (lines{"brief <brief>"}));
  CAF_CHECK(!all.has_resource("x"));
}

CAF_TEST(who_is_removed_hears_nothing_more_and_may_come_back) {
  all.add(a, tools());
  all.add(b, tools());
  all.remove(a);
  all.publish(listen_topic::tools, news);
  CAF_CHECK_EQUAL(take(), (lines{"b <b>"}));
  all.add(a, tools());
  all.publish(listen_topic::tools, news);
  CAF_CHECK_EQUAL(take(), (lines{"b <b>", "a <a>"}));
}

CAF_TEST(a_destroyed_listener_is_in_no_list) {
  {
    recorder brief{log, "brief"};
    protocol::subscription_filter everything;
    everything.tools = everything.prompts = everything.resources = true;
    everything.uris = {"x"};
    everything.task_ids = {"t"};
    all.add(brief, everything);
  }
  for (const auto topic : {listen_topic::tools, listen_topic::prompts, listen_topic::resources})
    all.publish(topic, news);
  all.publish_resource("x", news);
  all.publish_task("t", news);
  CAF_CHECK_EQUAL(take(), lines{});
}

CAF_TEST(a_list_without_listeners_goes_when_it_is_told) {
  all.add(a, uris({"x"}));
  all.remove(a);
  CAF_CHECK(all.has_resource("x")); // nobody has looked yet
  all.publish_resource("x", news);
  CAF_CHECK(!all.has_resource("x"));
}

CAF_TEST(lists_without_listeners_are_swept_now_and_then) {
  all.add(a, uris({"stays"}));
  for (int i = 0; i < 3000; ++i) {
    recorder brief{log, "brief"};
    all.add(brief, i % 2 == 0 ? uris({"x" + std::to_string(i)}) : tasks({std::to_string(i)}));
  }
  std::size_t left = 0;
  for (int i = 0; i < 3000; ++i)
    left += static_cast<std::size_t>(all.has_resource("x" + std::to_string(i))) +
            static_cast<std::size_t>(all.has_task(std::to_string(i)));
  CAF_CHECK(left < 1100);
  CAF_CHECK(all.has_resource("stays"));
}

CAF_TEST_FIXTURE_SCOPE_END()
