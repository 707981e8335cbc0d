#include "troupe/actors/task_question.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "troupe/actors/task_lookup.hpp"

namespace troupe {

namespace {

/// A question on its way from node to node, until somebody has the task.
class task_question : public std::enable_shared_from_this<task_question> {
public:
  task_question(caf::event_based_actor& self, shard_state_ptr shard, stateless_task&& question,
                const stateless_source& source, std::function<void(stateless_answer&&)> done)
      : self_(self),
        shard_(std::move(shard)),
        question_(std::move(question)),
        received_(source.received),
        transport_(source.transport),
        done_(std::move(done)) {}

  void ask() {
    self_.request(question_.owner, caf::infinite, question_.request)
        .then([me = shared_from_this()](task_reply& said) { me->on_reply(std::move(said)); },
              [me = shared_from_this()](caf::error&) { // it ended just now
                me->finish(make_unknown_task_reply(me->question_.request.id));
              });
  }

private:
  void on_reply(task_reply&& said) {
    if (!said.absent || !learn(*said.absent)) {
      finish(std::move(said));
      return;
    }
    auto place = find_task(*shard_, question_.request.task, question_.search);
    if (place.unreachable) {
      finish(make_unreachable_task_reply(question_.request.id));
    } else if (place.whom) {
      question_.owner = std::move(place.whom);
      ask();
    } else {
      finish(std::move(said));
    }
  }

  /// False if this is no news, so that nobody is asked twice.
  bool learn(const task_absence& absence) {
    auto& search = question_.search;
    if (std::ranges::find(search.tried, absence.from) != search.tried.end())
      return false;
    search.tried.push_back(absence.from);
    search.told = absence.to;
    search.heirs.insert(search.heirs.end(), absence.heirs.begin(), absence.heirs.end());
    return true;
  }

  void finish(task_reply&& said) {
    shard_->observer->request_finished(question_.request.what, said.kind, transport_,
                                       clock::now() - received_);
    done_(answer_of(std::move(said)));
  }

  caf::event_based_actor& self_; ///< the replies are handled by it, or not at all
  shard_state_ptr shard_;
  stateless_task question_;
  time_point received_;
  transport_kind transport_;
  std::function<void(stateless_answer&&)> done_;
};

} // namespace

void ask_task(caf::event_based_actor& self, const shard_state_ptr& shard, stateless_task&& question,
              const stateless_source& source, std::function<void(stateless_answer&&)> done) {
  std::make_shared<task_question>(self, shard, std::move(question), source, std::move(done))->ask();
}

stateless_answer answer_of(task_reply&& said) {
  stateless_answer answer{200, std::move(said.json), said.kind};
  if (said.kind == outcome_kind::refused) {
    answer.status = 503;
    answer.retry = true;
  }
  return answer;
}

} // namespace troupe
