#include "troupe/actors/imported_calls.hpp"

#include <string>
#include <utility>

#include <caf/error.hpp>
#include <caf/sec.hpp>
#include <caf/send.hpp>

namespace troupe {

void imported_calls::begin(const call& asked, promise answer) {
  const auto number = next_++;
  auto told = transfer(*asked.data());
  told.number = number;
  numbers_.emplace(asked.data().get(), number);
  calls_.emplace(number, open_call{asked.data(), std::move(answer)});
  observer_.tool_call_sent();
  observer_.imported_calls_changed(1);
  other_.say(std::move(told));
}

void imported_calls::cancel(const call& asked) {
  const auto known = numbers_.find(asked.data().get());
  if (known == numbers_.end())
    return;
  const auto number = known->second;
  finish(calls_.find(number), rpc_error{protocol::error_code::internal_error, "cancelled"});
  other_.say_cancelled(number);
}

void imported_calls::on_news(tool_news& news) {
  const auto found = calls_.find(news.number);
  if (found == calls_.end())
    return; // it was cancelled
  const auto& data = *found->second.data;
  switch (static_cast<tool_news_kind>(news.kind)) {
  case tool_news_kind::event:
    caf::anon_send(data.caller, call_event{data.number, std::move(news.text)});
    return;
  case tool_news_kind::status:
    caf::anon_send(data.caller, call_status{data.number, std::move(news.text)});
    return;
  case tool_news_kind::stream_detached:
    caf::anon_send(data.caller, call_stream_detached{data.number});
    return;
  case tool_news_kind::refused:
    give_back(found, std::move(news.text));
    return;
  default:
    finish(found, outcome_of(std::move(news)));
  }
}

void imported_calls::end(const std::function<bool(std::uint64_t)>& was_sent) {
  while (!calls_.empty()) {
    const auto first = calls_.begin();
    if (!was_sent(first->first)) {
      give_back(first, "the node was lost before it had the call");
      continue;
    }
    observer_.tool_call_lost();
    finish(first, rpc_error{protocol::error_code::internal_error,
                            "The node that runs this tool was lost while it had this call, which "
                            "may have been carried out or not."});
  }
}

void imported_calls::finish(table::iterator which, outcome&& result) {
  auto open = std::move(which->second);
  numbers_.erase(open.data.get());
  calls_.erase(which);
  observer_.imported_calls_changed(-1);
  open.answer.deliver(std::move(result));
}

void imported_calls::give_back(table::iterator which, std::string why) {
  auto open = std::move(which->second);
  numbers_.erase(open.data.get());
  calls_.erase(which);
  observer_.imported_calls_changed(-1);
  open.answer.deliver(caf::make_error(caf::sec::runtime_error, std::move(why)));
}

} // namespace troupe
