#include "troupe/actors/exported_calls.hpp"

#include <utility>

#include "troupe/actors/call_runner.hpp"
#include "troupe/actors/incident.hpp"

namespace troupe {

exported_calls::exported_calls(caf::event_based_actor& self, outlet& other, options options)
    : self_(self), other_(other), options_(std::move(options)) {}

void exported_calls::use(catalog_ptr catalog) {
  catalog_ = std::move(catalog);
  std::vector<announced_tool> now;
  if (catalog_)
    for (const auto& tool : catalog_->tools.entries())
      if (tool->options.exported && !tool->remote)
        now.push_back(announce(tool->description, tool->options));
  if (now == announced_)
    return;
  announced_ = now;
  other_.say(std::move(now));
}

// -- what the other node says ---------------------------------------------------------------------

void exported_calls::begin(tool_call&& call) {
  const auto number = call.number;
  const auto* tool = catalog_ ? catalog_->tools.find(call.tool) : nullptr;
  if (tool == nullptr || !tool->options.exported || tool->remote) {
    refuse(number, "the node does not export it any more");
    return;
  }
  if (calls_.size() >= options_.max_calls || calls_.contains(number)) {
    refuse(number, "the node runs too many calls of other nodes");
    return;
  }
  if (is_down(tool->run)) {
    refuse(number, "its actor is not running there");
    return;
  }
  auto data = receive(std::move(call), options_.from, options_.json);
  if (!data) {
    refuse(number, "the node cannot read the call; its limits of JSON may be lower");
    return;
  }
  data->number = number;
  data->caller = caf::actor_cast<caf::actor>(&self_);
  data->output_check = tool->output_check;
  options_.observer->tool_call_taken();
  options_.observer->exported_calls_changed(1);
  auto& running = calls_.emplace(number, running_call{data, tool->run}).first->second;
  if (is_inline(tool->run)) {
    data->direct = this;
    auto done = run_function(tool->run.function(), troupe::call{data});
    data->direct = nullptr;
    finish(number, std::move(done));
    return;
  }
  running.response_id =
      start_call(self_, running.run, running.data, [this, number](encoded_outcome&& done) {
        if (const auto found = calls_.find(number); found != calls_.end()) {
          found->second.response_id = {};
          finish(number, std::move(done));
        }
      });
}

void exported_calls::cancel(std::uint64_t number) {
  const auto found = calls_.find(number);
  if (found == calls_.end())
    return; // its last word is on the way
  auto& [data, run, id] = found->second;
  abandon_call(self_, run, data, id);
  erase(found);
}

void exported_calls::refuse(std::uint64_t number, std::string why) {
  options_.observer->tool_call_not_taken();
  tell(number, tool_news_kind::refused, std::move(why));
}

// -- what handlers say ----------------------------------------------------------------------------

void exported_calls::on_call_event(std::uint64_t call, std::string json) {
  tell(call, tool_news_kind::event, std::move(json));
}

void exported_calls::on_stream_detached(std::uint64_t call) {
  tell(call, tool_news_kind::stream_detached);
}

void exported_calls::on_event(call_event& event) {
  if (calls_.contains(event.call))
    tell(event.call, tool_news_kind::event, std::move(event.json));
}

void exported_calls::on_status(call_status& status) {
  if (calls_.contains(status.call))
    tell(status.call, tool_news_kind::status, std::move(status.text));
}

void exported_calls::on_detached(const call_stream_detached& detached) {
  if (calls_.contains(detached.call))
    tell(detached.call, tool_news_kind::stream_detached);
}

void exported_calls::on_finished(call_finished& done) {
  finish(done.call, std::move(done.result));
}

void exported_calls::on_handler_gone(const handler_gone& gone) {
  std::vector<std::uint64_t> numbers;
  for (const auto& [number, call] : calls_)
    if (call.run.actor() && call.run.actor().address() == gone.handler)
      numbers.push_back(number);
  for (const auto number : numbers) {
    auto& [data, run, id] = calls_.at(number);
    const auto error = report_incident(*data, "the handler's actor ended: " + gone.reason);
    abandon_call(self_, run, data, id);
    finish(number, error);
  }
}

void exported_calls::finish(std::uint64_t number, encoded_outcome&& done) {
  const auto found = calls_.find(number);
  if (found == calls_.end())
    return; // cancelled
  other_.say(make_last_word(number, std::move(done), found->second.data->client->revision));
  erase(found);
}

void exported_calls::erase(table::iterator call) {
  calls_.erase(call);
  options_.observer->exported_calls_changed(-1);
}

void exported_calls::tell(std::uint64_t number, tool_news_kind kind, std::string text) {
  tool_news news;
  news.number = number;
  news.kind = static_cast<std::uint8_t>(kind);
  news.text = std::move(text);
  other_.say(std::move(news));
}

void exported_calls::end() {
  while (!calls_.empty())
    cancel(calls_.begin()->first);
  catalog_ = nullptr;
}

} // namespace troupe
