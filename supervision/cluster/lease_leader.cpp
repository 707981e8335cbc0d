#include "troupe/supervision/cluster/lease_leader.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace troupe::supervision {

lease_leader::lease_leader(const lease_book::node_limits& limits, std::size_t max_nodes,
                           std::uint64_t first_question)
    : book_(limits, max_nodes + 1), next_question_(first_question), places_(max_nodes) {
  for (std::uint32_t i = 0; i <= places_.size(); ++i)
    book_.lost(i);
}

lease_leader::lease_leader(const lease_book::node_limits& limits, std::size_t max_nodes,
                           protocol::node_number self, std::uint64_t first_question)
    : lease_leader(limits, max_nodes, first_question) {
  expect(self); // it does not register here, because it registers there
}

lease_leader::lease_leader(const lease_book::node_limits& limits, std::size_t max_nodes,
                           const node_table& nodes, std::uint64_t first_question)
    : lease_leader(limits, max_nodes, first_question) {
  if (!nodes.settled)
    book_.expect(static_cast<std::uint32_t>(places_.size()));
  expect(nodes.self);
  for (const auto& [number, peer] : nodes.peers)
    expect(number);
}

lease_leader::orders lease_leader::on_word(protocol::node_number from, const lease_word& word) {
  const auto kind = static_cast<lease_word_kind>(word.kind);
  const bool wishes = kind == lease_word_kind::wish;
  auto* place = find(from);
  if (place == nullptr && (wishes || kind == lease_word_kind::registered))
    place = expect(from);
  if (place == nullptr) // among more than max_nodes
    return wishes ? orders{{from, make_word(lease_word_kind::given, word.what)}} : orders{};
  if (kind == lease_word_kind::registered)
    return on_registered(*place, word);
  if (place->is != presence::registered)
    return wishes ? orders{ask(*place)} : orders{};
  const auto what = static_cast<limit>(word.what);
  const auto index = index_of(*place);
  switch (kind) {
  case lease_word_kind::wish:
    return translate(book_.requested(index, what, word.amount));
  case lease_word_kind::answer:
    return translate(book_.returned(index, what, word.amount));
  case lease_word_kind::back:
    return translate(book_.repaid(index, what, word.amount));
  default:
    return {};
  }
}

lease_leader::orders lease_leader::keep(const node_table& nodes) {
  orders out;
  const auto lose = [&](std::uint32_t index) {
    auto more = translate(book_.lost(index));
    std::move(more.begin(), more.end(), std::back_inserter(out));
  };
  for (const auto& [number, peer] : nodes.peers)
    if (find(number) == nullptr)
      expect(number);
  if (nodes.settled)
    lose(static_cast<std::uint32_t>(places_.size()));
  for (auto& place : places_) {
    if (place.node == 0 || place.node == nodes.self || nodes.peers.contains(place.node))
      continue;
    place = {};
    lose(index_of(place));
  }
  return out;
}

std::size_t lease_leader::expected() const {
  return static_cast<std::size_t>(
      std::count_if(places_.begin(), places_.end(), [](const place& one) {
        return one.node != 0 && one.is == presence::expected;
      }));
}

lease_leader::orders lease_leader::ask() {
  orders out;
  for (auto& place : places_)
    if (place.node != 0 && place.is != presence::registered)
      out.push_back(ask(place));
  return out;
}

lease_leader::orders lease_leader::wait_no_longer() {
  orders out;
  for (auto& place : places_) {
    if (place.node == 0 || place.is != presence::expected)
      continue;
    place.is = presence::silent;
    auto more = translate(book_.lost(index_of(place)));
    std::move(more.begin(), more.end(), std::back_inserter(out));
  }
  return out;
}

lease_word make_word(lease_word_kind kind, std::uint8_t what, std::size_t amount) {
  return {static_cast<std::uint8_t>(kind), what, amount, {}};
}

lease_leader::place* lease_leader::find(protocol::node_number node) {
  const auto found = std::find_if(places_.begin(), places_.end(),
                                  [node](const place& one) { return one.node == node; });
  return found == places_.end() ? nullptr : &*found;
}

lease_leader::place* lease_leader::expect(protocol::node_number node) {
  auto* const free = find(0);
  if (free == nullptr)
    return nullptr;
  *free = {node, presence::expected};
  book_.expect(index_of(*free));
  return free;
}

lease_leader::order lease_leader::ask(place& whom) {
  if (whom.asked == 0)
    whom.asked = next_question_++;
  return {whom.node, make_word(lease_word_kind::stranger, 0, whom.asked)};
}

lease_leader::orders lease_leader::on_registered(place& from, const lease_word& word) {
  if (word.amount == 0) {
    if (from.is == presence::registered) {
      from.is = presence::expected;
      book_.expect(index_of(from));
    }
    return {ask(from)};
  }
  if (word.amount != from.asked)
    return {}; // the answer to a question that was answered
  from.asked = 0;
  from.is = presence::registered;
  return translate(book_.registered(index_of(from), {word.held.begin(), word.held.end()}));
}

std::uint32_t lease_leader::index_of(const place& which) const {
  return static_cast<std::uint32_t>(&which - places_.data());
}

lease_leader::orders lease_leader::translate(const lease_book::orders& from) const {
  orders out;
  for (const auto& one : from) {
    const auto kind = one.what == lease_book::order::kind::grant ? lease_word_kind::given
                                                                 : lease_word_kind::recall;
    out.push_back(
        {places_[one.shard].node, make_word(kind, static_cast<std::uint8_t>(one.of), one.amount)});
  }
  return out;
}

} // namespace troupe::supervision
