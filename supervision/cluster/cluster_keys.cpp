#include "troupe/supervision/cluster/cluster_keys.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <openssl/crypto.h>

#include "troupe/protocol/base64url.hpp"

namespace troupe::supervision {

std::uint64_t key_period_at(std::chrono::system_clock::time_point when) {
  return static_cast<std::uint64_t>(when.time_since_epoch() / key_period);
}

std::shared_ptr<const protocol::key_ring>
make_cluster_ring(const protocol::cluster_key& key, std::uint64_t period,
                  std::chrono::milliseconds time_to_live) {
  // What was sealed at the very beginning of a period may still be valid this many periods later.
  const auto reach = static_cast<std::uint64_t>(time_to_live / key_period) + 1;
  std::vector<std::uint64_t> periods{period, period + 1};
  for (std::uint64_t back = 1; back <= std::min(reach, period); ++back)
    periods.push_back(period - back);
  std::vector<std::string> texts; // entries only point to their texts
  for (const auto each : periods) {
    auto bytes = key.derive("request state", each);
    texts.push_back(std::string("c").append(std::to_string(each)));
    texts.push_back(protocol::encode_base64url(bytes));
    OPENSSL_cleanse(bytes.data(), bytes.size());
  }
  std::vector<protocol::key_entry> entries;
  for (std::size_t i = 0; i < texts.size(); i += 2)
    entries.push_back({texts[i], texts[i + 1]});
  auto ring = protocol::key_ring::make(entries).value();
  for (std::size_t i = 1; i < texts.size(); i += 2)
    OPENSSL_cleanse(texts[i].data(), texts[i].size());
  return ring;
}

} // namespace troupe::supervision
