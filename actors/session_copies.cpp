#include "troupe/actors/session_copies.hpp"

#include <utility>

#include "troupe/actors/copied_image.hpp"

namespace troupe {

session_copies::~session_copies() {
  erase_if([](const kept&) { return true; });
}

copy_outcome session_copies::keep(copy_arrival& arrived) {
  const auto id = protocol::session_id::parse(arrived.image->id);
  if (!id)
    return copy_outcome::refused;
  const auto via = arrived.peer.id();
  auto found = all_.find(*id);
  const bool has_base =
      found != all_.end() && found->second.owner == arrived.owner && found->second.via == via;
  if (!arrived.whole && !has_base)
    return copy_outcome::unknown;
  if (found != all_.end() && arrived.whole)
    found = erase(found);
  auto image = arrived.image;
  if (!arrived.whole) {
    image = std::move(found->second.image);
    apply_changes(*image, std::move(*arrived.image));
    erase(found);
  }
  const auto bytes = entry_bytes + bytes_of(*image);
  if (all_.size() >= limits_.count || bytes_ + bytes > limits_.bytes) {
    observer_.copy_refused();
    return copy_outcome::refused;
  }
  all_.emplace(*id, kept{std::move(image), bytes, via, arrived.owner});
  count(1, static_cast<std::ptrdiff_t>(bytes));
  return copy_outcome::kept;
}

void session_copies::remove(const copy_removal& gone) {
  const auto found = all_.find(gone.session);
  if (found != all_.end() && found->second.owner == gone.owner)
    erase(found);
}

std::shared_ptr<session_image> session_copies::take(const protocol::session_id& session) {
  const auto found = all_.find(session);
  if (found == all_.end())
    return nullptr;
  auto image = std::move(found->second.image);
  erase(found);
  return image;
}

std::vector<std::shared_ptr<session_image>> session_copies::take_all(const owner_died& dead) {
  std::vector<std::shared_ptr<session_image>> result;
  for (auto& [id, one] : all_)
    if (one.owner == dead.owner && one.via == dead.via)
      result.push_back(one.image);
  erase_if([&](const kept& one) { return one.owner == dead.owner; });
  return result;
}

void session_copies::forget(protocol::node_number owner) {
  observer_.copies_doubtful(erase_if([&](const kept& one) { return one.owner == owner; }));
}

void session_copies::keep_only(const node_table& nodes) {
  erase_if([&](const kept& one) {
    const auto found = nodes.peers.find(one.owner);
    return found != nodes.peers.end() && found->second.id() != one.via;
  });
}

void session_copies::count(std::ptrdiff_t copies, std::ptrdiff_t bytes) {
  bytes_ += static_cast<std::size_t>(bytes);
  observer_.copies_kept(copies, bytes);
}

session_copies::table::iterator session_copies::erase(table::iterator which) {
  count(-1, -static_cast<std::ptrdiff_t>(which->second.bytes));
  return all_.erase(which);
}

template<class Condition>
std::size_t session_copies::erase_if(Condition condition) {
  std::size_t erased = 0;
  for (auto each = all_.begin(); each != all_.end();) {
    if (condition(each->second)) {
      each = erase(each);
      ++erased;
    } else {
      ++each;
    }
  }
  return erased;
}

} // namespace troupe
