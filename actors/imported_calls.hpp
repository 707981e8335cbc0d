#pragma once

// Calls that clients of this node make of tools of one other node: the part of a peer that is the handler's end here.
// Each is answered exactly once: with what the other node says last, with an error if that node is lost while it has the
// call, or with an error of CAF's if the call was not begun there, so that it may be tried elsewhere.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <unordered_map>

#include <caf/result.hpp>
#include <caf/typed_response_promise.hpp>

#include "troupe/actors/call.hpp"
#include "troupe/actors/remote_messages.hpp"
#include "troupe/actors/remote_tool_observer.hpp"

namespace troupe {

class imported_calls {
public:
  using promise = caf::typed_response_promise<outcome>;

  /// Where it tells the other node.
  class outlet {
  public:
    virtual void say(tool_call&& call) = 0;
    virtual void say_cancelled(std::uint64_t number) = 0;

  protected:
    ~outlet() = default;
  };

  imported_calls(outlet& other, remote_tool_observer& observer)
      : other_(other), observer_(observer) {}
  imported_calls(const imported_calls&) = delete;
  imported_calls& operator=(const imported_calls&) = delete;

  void begin(const call& asked, promise answer);
  /// By its client, or by a timeout.
  void cancel(const call& asked);
  void on_news(tool_news& news);
  /// The other node is lost. `was_sent` tells of each call whether it may have come there.
  void end(const std::function<bool(std::uint64_t)>& was_sent);
  std::size_t size() const noexcept { return calls_.size(); }

private:
  struct open_call {
    call_data_ptr data;
    promise answer;
  };
  using table = std::unordered_map<std::uint64_t, open_call>;

  void finish(table::iterator which, outcome&& result);
  void give_back(table::iterator which, std::string why);

  outlet& other_;
  remote_tool_observer& observer_;
  table calls_;
  std::unordered_map<const call_data*, std::uint64_t> numbers_; ///< of calls_
  std::uint64_t next_ = 1;
};

} // namespace troupe
