#pragma once

// What a scrape gets. Served by the admin endpoint as `exposition_content_type`.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

namespace troupe::metrics {

inline constexpr std::string_view exposition_content_type =
    "text/plain; version=0.0.4; charset=utf-8";

/// The families of all sources in the text format of Prometheus, in the order given.
std::string exposition(const std::vector<std::shared_ptr<prometheus::Collectable>>& sources);

} // namespace troupe::metrics
