#pragma once

// Calls that clients of one other node make of tools of this one: the part of a peer that stands for those clients. To a
// handler the peer is a caller like any other. Also says which tools there are. Messages: remote_messages.hpp.

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include <caf/event_based_actor.hpp>
#include <caf/message_id.hpp>

#include "troupe/actors/call.hpp"
#include "troupe/actors/catalog.hpp"
#include "troupe/actors/handler.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/remote_messages.hpp"
#include "troupe/actors/remote_tool_observer.hpp"

namespace troupe {

class exported_calls final : private call_listener {
public:
  /// Where it tells the other node.
  class outlet {
  public:
    virtual void say(std::vector<announced_tool>&& all) = 0;
    virtual void say(tool_news&& news) = 0;

  protected:
    ~outlet() = default;
  };

  struct options {
    std::string from; ///< the other node's name
    std::size_t max_calls = 0;
    protocol::parse_limits json;
    remote_tool_observer* observer = nullptr; ///< outlives this
  };

  /// `self` is the actor that this is a part of.
  exported_calls(caf::event_based_actor& self, outlet& other, options options);
  exported_calls(const exported_calls&) = delete;
  exported_calls& operator=(const exported_calls&) = delete;

  /// The node's catalog from now on; announces what it exports if that has changed.
  void use(catalog_ptr catalog);

  // What the other node says.
  void begin(tool_call&& call);
  void cancel(std::uint64_t number);

  // What handlers say; calls that are over are ignored.
  void on_event(call_event& event);
  void on_status(call_status& status);
  void on_detached(const call_stream_detached& detached);
  void on_finished(call_finished& done);
  void on_handler_gone(const handler_gone& gone);

  /// The other node is lost: nobody wants these calls any more.
  void end();
  std::size_t size() const noexcept { return calls_.size(); }

private:
  struct running_call {
    call_data_ptr data;
    handler run;
    caf::message_id response_id{};
  };
  using table = std::unordered_map<std::uint64_t, running_call>;

  void on_call_event(std::uint64_t call, std::string json) override;
  void on_stream_detached(std::uint64_t call) override;
  void refuse(std::uint64_t number, std::string why);
  void finish(std::uint64_t number, encoded_outcome&& done);
  void erase(table::iterator call);
  void tell(std::uint64_t number, tool_news_kind kind, std::string text = {});

  caf::event_based_actor& self_;
  outlet& other_;
  options options_;
  catalog_ptr catalog_;
  std::vector<announced_tool> announced_;
  table calls_;
};

} // namespace troupe
