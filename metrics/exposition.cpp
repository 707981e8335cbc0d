#include "troupe/metrics/exposition.hpp"

#include <prometheus/text_serializer.h>

namespace troupe::metrics {

std::string exposition(const std::vector<std::shared_ptr<prometheus::Collectable>>& sources) {
  std::vector<prometheus::MetricFamily> families;
  for (const auto& source : sources)
    for (auto& family : source->Collect())
      families.push_back(std::move(family));
  return prometheus::TextSerializer{}.Serialize(families);
}

} // namespace troupe::metrics
