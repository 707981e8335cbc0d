#pragma once

// Which node of a cluster holds how many slots of each limit: the decisions of the node that leases them, without an actor.
// A lease_book whose shards are nodes. Words in, words to send out.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "troupe/actors/lease_messages.hpp"
#include "troupe/actors/node_table.hpp"
#include "troupe/supervision/lease_book.hpp"

namespace troupe::supervision {

lease_word make_word(lease_word_kind kind, std::uint8_t what, std::size_t amount = 0);

class lease_leader {
public:
  struct order {
    protocol::node_number node = 0;
    lease_word word;
  };
  using orders = std::vector<order>;

  // `first_question`: next_question() of the time before that this node led.

  /// For nodes that take this one for the leading one, while it sees another. Perhaps it will notice in a moment that the
  /// other has ended, and must then lead with what all hold: so it grants nothing before wait_no_longer().
  lease_leader(const lease_book::node_limits& limits, std::size_t max_nodes,
               protocol::node_number self, std::uint64_t first_question);
  /// Grants nothing before this node and all whom it is connected with have registered, nor before it knows all others
  /// (node_table::settled).
  lease_leader(const lease_book::node_limits& limits, std::size_t max_nodes,
               const node_table& nodes, std::uint64_t first_question);

  /// registered, wish, answer and back, about a limit that exists. What a node holds counts when it answers a question:
  /// what it says unasked may have been sent before it got what was given to it meanwhile.
  orders on_word(protocol::node_number from, const lease_word& word);
  /// Those who are not in the table are lost, and what they held can be leased again. Who is new in it is waited for.
  orders keep(const node_table& nodes);
  /// How many nodes are waited for, which have not said what they hold.
  std::size_t expected() const;
  /// The question to each node that has not registered.
  orders ask();
  std::uint64_t next_question() const noexcept { return next_question_; }
  /// Those who have not registered count as lost, until they do.
  orders wait_no_longer();

private:
  lease_leader(const lease_book::node_limits& limits, std::size_t max_nodes,
               std::uint64_t first_question);

  enum class presence : std::uint8_t { expected, registered, silent };
  struct place {
    protocol::node_number node = 0; ///< 0: free
    presence is = presence::expected;
    std::uint64_t asked = 0; ///< the question that was not answered yet; 0: none
  };

  /// The place of a node; none if it has none and there is no free one.
  place* find(protocol::node_number node);
  /// It is waited for; none if there is no free place.
  place* expect(protocol::node_number node);
  order ask(place& whom);
  orders on_registered(place& from, const lease_word& word);
  std::uint32_t index_of(const place& which) const;
  orders translate(const lease_book::orders& from) const;

  lease_book book_;
  std::uint64_t next_question_;
  std::vector<place>
      places_; ///< by index of the book's shards, which has one more: whoever is not known yet
};

} // namespace troupe::supervision
