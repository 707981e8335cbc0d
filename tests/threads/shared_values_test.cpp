// Values that actors of several threads hold at once: frames, documents, catalogs, clients, calls.

#define CAF_SUITE shared_values

#include <algorithm>
#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include <caf/test/unit_test.hpp>

#include "tests/threads/crowd.hpp"
#include "troupe/actors/call.hpp"
#include "troupe/actors/client.hpp"
#include "troupe/actors/dispatcher.hpp"
#include "troupe/actors/frame.hpp"

using namespace troupe;
using test::crowd;

namespace {

constexpr std::size_t threads = 4;
constexpr int rounds = 2000;

/// What a call tells its caller, from any thread.
class listener final : public call_listener {
public:
  std::mutex mutex;
  std::vector<std::string> events;
  int detached = 0;

  void on_call_event(std::uint64_t, std::string json) override {
    const std::lock_guard guard{mutex};
    events.push_back(std::move(json));
  }
  void on_stream_detached(std::uint64_t) override {
    const std::lock_guard guard{mutex};
    ++detached;
  }
};

double progress_of(const std::string& event) {
  constexpr std::string_view key = "\"progress\":";
  return std::stod(event.substr(event.find(key) + key.size()));
}

} // namespace

CAF_TEST(a_frame_is_read_and_let_go_by_many) {
  std::atomic<int> wrong = 0;
  for (int round = 0; round < 200; ++round) {
    std::vector<frame_ptr> held(threads, make_frame("{\"n\":1}"));
    crowd(threads, [&](std::size_t number) {
      const auto copy = held[number];
      held[number] = nullptr; // the last one frees it
      wrong += copy->json().size() != 7;
    });
  }
  CAF_CHECK_EQUAL(wrong.load(), 0);
}

CAF_TEST(a_document_is_read_and_let_go_by_many) {
  std::atomic<int> wrong = 0;
  for (int round = 0; round < 200; ++round) {
    std::vector<protocol::document_ptr> held(
        threads, *protocol::document::parse(R"({"jsonrpc":"2.0","id":1,"method":"ping"})"));
    crowd(threads, [&](std::size_t number) {
      const auto copy = held[number];
      held[number] = nullptr;
      const boost::json::value mine = copy->root(); // on the heap of this thread
      wrong += mine.as_object().size() != 3;
    });
  }
  CAF_CHECK_EQUAL(wrong.load(), 0);
}

CAF_TEST(documents_are_parsed_by_all_threads_at_once) {
  std::atomic<int> wrong = 0;
  crowd(threads, [&](std::size_t) {
    for (int round = 0; round < 200; ++round)
      wrong += !(*protocol::document::parse(R"([1,2,{"a":["b"]}])"))->is_batch();
  });
  CAF_CHECK_EQUAL(wrong.load(), 0);
}

CAF_TEST(a_catalog_is_replaced_while_it_is_read) {
  std::atomic<int> wrong = 0;
  catalog_slot slot;
  crowd(threads, [&](std::size_t number) {
    std::uint64_t newest = 0;
    for (int round = 1; round <= rounds; ++round) {
      if (number == 0) { // the dispatcher: one writer
        boost::intrusive_ptr<catalog> next{new catalog{*slot.get()}};
        next->version = static_cast<std::uint64_t>(round);
        slot.set(next);
      } else {
        const auto seen = slot.get();
        wrong += seen->version < newest;
        newest = seen->version;
        wrong += seen->tools.find("none") != nullptr;
      }
    }
  });
  CAF_CHECK_EQUAL(slot.get()->version, static_cast<std::uint64_t>(rounds));
  CAF_CHECK_EQUAL(wrong.load(), 0);
}

CAF_TEST(a_client_changes_its_log_level_while_calls_read_it) {
  std::atomic<int> wrong = 0;
  const client_ptr who{new client};
  crowd(threads, [&](std::size_t number) {
    for (int round = 0; round < rounds; ++round) {
      if (number > 0)
        wrong += !who->wants(protocol::log_level::error); // of every threshold there is
      else if (round % 2 == 0)
        who->log_level(protocol::log_level::debug);
      else
        who->log_level(protocol::log_level::error);
    }
  });
  CAF_CHECK_EQUAL(wrong.load(), 0);
}

CAF_TEST(progress_from_many_threads_only_grows_and_stops_when_cancelled) {
  listener told;
  call_data_ptr data{new call_data};
  data->client = client_ptr{new client};
  data->direct = &told;
  data->progress_token = protocol::progress_token{std::int64_t{1}};
  std::atomic<int> steps = 0;
  std::atomic<int> ended = 0;
  crowd(threads, [&, work = call{data}](std::size_t number) {
    if (number == 0) {
      while (steps < rounds / 4)
        std::this_thread::yield();
      data->cancelled.store(true, std::memory_order_relaxed);
      return;
    }
    while (!work.cancelled()) {
      work.progress(++steps);
      work.log(protocol::log_level::warning, "working");
    }
    ++ended;
  });
  CAF_CHECK_EQUAL(ended.load(), static_cast<int>(threads) - 1);
  std::vector<double> seen;
  for (const auto& event : told.events)
    if (event.find("notifications/progress") != std::string::npos)
      seen.push_back(progress_of(event));
  CAF_REQUIRE(!seen.empty());
  std::sort(seen.begin(), seen.end());
  CAF_CHECK(std::adjacent_find(seen.begin(), seen.end()) == seen.end());
  const auto after = told.events.size();
  call{data}.progress(1e9);
  CAF_CHECK_EQUAL(told.events.size(), after);
}
