#include "troupe/metrics/collector.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace troupe::metrics {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using labels = collector::labels;

constexpr std::array<std::string_view, status_class_count> status_classes{"1xx", "2xx", "3xx",
                                                                          "4xx", "5xx"};

struct description {
  const char* name;
  const char* help;
  MetricType type;
};

ClientMetric sample(MetricType type, labels of, double value) {
  ClientMetric result;
  result.label = std::move(of);
  if (type == MetricType::Counter)
    result.counter.value = value;
  else
    result.gauge.value = value;
  return result;
}

labels label(const char* name, std::string_view value) {
  return {{name, std::string{value}}};
}

/// One scrape: adds families to a list while summing over all threads.
class scrape {
public:
  explicit scrape(const std::vector<std::unique_ptr<thread_cells>>& threads) : threads_(threads) {}

  void plain(const description& what, cell thread_cells::*member) {
    begin(what).push_back(sample(what.type, {}, number(sum(member))));
  }

  void by_label(const description& what, const char* label_name,
                std::span<const std::string_view> values, cell_table thread_cells::*member) {
    auto& metrics = begin(what);
    for (std::size_t index = 0; index < values.size(); ++index)
      metrics.push_back(
          sample(what.type, label(label_name, values[index]), number(sum(member, index))));
  }

  /// The series of a transport exist from its first use on; the first transport's always.
  void by_transport(const description& what, const char* label_name,
                    std::span<const std::string_view> values,
                    std::span<const std::string_view> transports,
                    cell_table thread_cells::*member) {
    auto& metrics = begin(what);
    for (std::size_t transport = 0; transport < transports.size(); ++transport) {
      std::uint64_t used = transport == 0 ? 1 : 0;
      for (std::size_t index = 0; index < values.size(); ++index)
        used |= sum(member, index * transports.size() + transport);
      for (std::size_t index = 0; used != 0 && index < values.size(); ++index)
        metrics.push_back(sample(what.type,
                                 {{label_name, std::string{values[index]}},
                                  {"transport", std::string{transports[transport]}}},
                                 number(sum(member, index * transports.size() + transport))));
    }
  }

  /// The series of a method on a transport exist, with every outcome, from its first request on.
  void requests(const description& what, const label_tables& tables) {
    auto& metrics = begin(what);
    for (std::size_t method = 0; method < tables.methods.size(); ++method)
      for (std::size_t transport = 0; transport < tables.transports.size(); ++transport) {
        if (!seen(method, transport, tables))
          continue;
        for (std::size_t outcome = 0; outcome < tables.outcomes.size(); ++outcome)
          metrics.push_back(sample(what.type,
                                   {{"method", std::string{tables.methods[method]}},
                                    {"outcome", std::string{tables.outcomes[outcome]}},
                                    {"transport", std::string{tables.transports[transport]}}},
                                   number(answered(method, outcome, transport, tables))));
      }
  }

  void durations(const description& what, const label_tables& tables) {
    auto& metrics = begin(what);
    for (std::size_t method = 0; method < tables.methods.size(); ++method)
      if (seen(method, tables))
        metrics.push_back(histogram(method, label("method", tables.methods[method])));
  }

  /// Notifications of a method that was never received have no series either.
  void notifications(const description& what, const label_tables& tables) {
    auto& metrics = begin(what);
    for (std::size_t method = 0; method < tables.methods.size(); ++method)
      if (const auto count = sum(&thread_cells::notifications, method); count > 0)
        metrics.push_back(
            sample(what.type, label("method", tables.methods[method]), number(count)));
  }

  std::vector<ClientMetric>& begin(const description& what) {
    families_.push_back(MetricFamily{what.name, what.help, what.type, {}});
    return families_.back().metric;
  }

  std::uint64_t sum(cell thread_cells::*member) const {
    std::uint64_t result = 0;
    for (const auto& thread : threads_)
      result += ((*thread).*member).value();
    return result;
  }

  std::uint64_t sum(cell_table thread_cells::*member, std::size_t index) const {
    std::uint64_t result = 0;
    for (const auto& thread : threads_)
      result += ((*thread).*member)[index].value();
    return result;
  }

  std::vector<MetricFamily>& families() { return families_; }

private:
  /// Gauges are differences; a sum taken between two writes may be one below zero.
  static double number(std::uint64_t sum) {
    return static_cast<double>(std::max<std::int64_t>(static_cast<std::int64_t>(sum), 0));
  }

  std::uint64_t answered(std::size_t method, std::size_t outcome, std::size_t transport,
                         const label_tables& tables) const {
    return sum(&thread_cells::requests,
               (method * tables.outcomes.size() + outcome) * tables.transports.size() + transport);
  }

  bool seen(std::size_t method, std::size_t transport, const label_tables& tables) const {
    for (std::size_t outcome = 0; outcome < tables.outcomes.size(); ++outcome)
      if (answered(method, outcome, transport, tables) > 0)
        return true;
    return false;
  }

  bool seen(std::size_t method, const label_tables& tables) const {
    for (std::size_t transport = 0; transport < tables.transports.size(); ++transport)
      if (seen(method, transport, tables))
        return true;
    return false;
  }

  ClientMetric histogram(std::size_t method, labels of) const {
    ClientMetric result;
    result.label = std::move(of);
    std::uint64_t nanoseconds = 0;
    for (const auto& thread : threads_)
      nanoseconds += thread->durations[method].sum_nanoseconds();
    std::uint64_t count = 0;
    for (std::size_t bucket = 0; bucket < histogram_cell::bucket_count; ++bucket) {
      for (const auto& thread : threads_)
        count += thread->durations[method].bucket(bucket);
      if (bucket < latency_bounds.size())
        result.histogram.bucket.push_back(
            {count, std::chrono::duration<double>(latency_bounds[bucket]).count()});
    }
    result.histogram.sample_count = count;
    result.histogram.sample_sum = static_cast<double>(nanoseconds) / 1e9;
    return result;
  }

  const std::vector<std::unique_ptr<thread_cells>>& threads_;
  std::vector<MetricFamily> families_;
};

void connections(scrape& out, const label_tables& tables) {
  constexpr auto counter = MetricType::Counter;
  out.by_label({"troupe_connections", "Open connections of MCP clients.", MetricType::Gauge},
               "transport", tables.transports, &thread_cells::connections);
  out.by_label({"troupe_connections_accepted_total", "Connections accepted or upgraded.", counter},
               "transport", tables.transports, &thread_cells::connections_accepted);
  out.plain({"troupe_connections_moved_total",
             "Connections that went to the I/O thread of the session which they ask for.", counter},
            &thread_cells::connections_moved);
  out.by_label({"troupe_connections_refused_total", "Connections closed without service.", counter},
               "reason", tables.connection_refusals, &thread_cells::connections_refused);
  out.by_transport({"troupe_connections_closed_total", "Connections that ended.", counter},
                   "reason", tables.connection_ends, tables.transports,
                   &thread_cells::connections_closed);
  out.plain({"troupe_received_bytes_total", "Bytes read from MCP connections.", counter},
            &thread_cells::received_bytes);
  out.plain({"troupe_sent_bytes_total", "Bytes written to MCP connections.", counter},
            &thread_cells::sent_bytes);
  out.by_label({"troupe_http_responses_total", "HTTP responses by class of status.", counter},
               "status", status_classes, &thread_cells::responses);
  out.by_label({"troupe_parse_failures_total", "Requests that could not be read.", counter}, "part",
               tables.parse_failures, &thread_cells::parse_failures);
  out.by_label({"troupe_websocket_closes_sent_total", "Close frames sent, by code.", counter},
               "code", tables.close_codes, &thread_cells::closes_sent);
  out.by_label(
      {"troupe_websocket_closes_received_total", "Close frames received, by code.", counter},
      "code", tables.close_codes, &thread_cells::closes_received);
}

void sessions(scrape& out, const label_tables& tables) {
  constexpr auto counter = MetricType::Counter;
  out.plain({"troupe_sessions", "Sessions that exist.", MetricType::Gauge},
            &thread_cells::sessions);
  out.by_transport({"troupe_sessions_opened_total", "Sessions opened, by revision.", counter},
                   "revision", tables.revisions, tables.transports, &thread_cells::sessions_opened);
  out.by_transport({"troupe_sessions_ended_total", "Sessions ended, by reason.", counter}, "reason",
                   tables.session_ends, tables.transports, &thread_cells::sessions_ended);
  out.plain({"troupe_tasks_created_total", "Tasks created.", counter},
            &thread_cells::tasks_created);
  out.by_label(
      {"troupe_tasks_ended_total", "Tasks forgotten, by what had become of them.", counter},
      "status", tables.task_ends, &thread_cells::tasks_ended);
  out.plain({"troupe_streams", "Open event streams.", MetricType::Gauge}, &thread_cells::streams);
  out.plain({"troupe_events_sent_total", "Events written to streams.", counter},
            &thread_cells::events_sent);
  out.plain({"troupe_events_dropped_total",
             "Events that were not delivered and cannot be replayed any more.", counter},
            &thread_cells::events_dropped);
  out.plain({"troupe_events_replayed_total", "Events sent again after a reconnect.", counter},
            &thread_cells::events_replayed);
  out.plain({"troupe_resumptions_incomplete_total",
             "Reconnects to a stream of which some events were not kept any more.", counter},
            &thread_cells::resumptions_incomplete);
}

void calls(scrape& out, const label_tables& tables) {
  constexpr auto counter = MetricType::Counter;
  out.requests({"troupe_requests_total", "Requests answered, by method and outcome.", counter},
               tables);
  out.durations({"troupe_request_duration_seconds", "Time from a request's arrival to its answer.",
                 MetricType::Histogram},
                tables);
  out.notifications({"troupe_notifications_received_total", "Notifications of clients.", counter},
                    tables);
  out.plain({"troupe_calls_in_flight", "Calls that handlers have not answered.", MetricType::Gauge},
            &thread_cells::calls);
  out.by_label({"troupe_limit_refusals_total", "Requests and connections over a limit.", counter},
               "limit", tables.refusals, &thread_cells::limit_refusals);
  out.by_label({"troupe_limit_used", "Slots in use of a limit.", MetricType::Gauge}, "limit",
               tables.limits, &thread_cells::limits_used);
}

void actors(scrape& out, const label_tables& tables, const node_cells& node) {
  const description restarts{"troupe_actor_restarts_total",
                             "Actors of the runtime that died and were restarted.",
                             MetricType::Counter};
  const description depth{"troupe_mailbox_depth",
                          "Messages waiting, as the actor counted them last; shards are summed.",
                          MetricType::Gauge};
  out.begin({"troupe_handler_restarts_total", "Handler actors that died and were restarted.",
             MetricType::Counter})
      .push_back(
          sample(MetricType::Counter, {}, static_cast<double>(node.handler_restarts.value())));
  out.begin({"troupe_hook_events_dropped_total",
             "Clients' comings and goings that slow hooks were not told of.", MetricType::Counter})
      .push_back(
          sample(MetricType::Counter, {}, static_cast<double>(node.hook_events_dropped.value())));
  auto& restarted = out.begin(restarts);
  for (std::size_t index = 0; index < tables.actors.size(); ++index)
    restarted.push_back(sample(restarts.type, label("actor", tables.actors[index]),
                               static_cast<double>(node.actor_restarts[index].value())));
  auto& waiting = out.begin(depth);
  for (std::size_t index = 0; index < tables.actors.size(); ++index) {
    auto messages = node.mailbox_depths[index].value();
    if (index == tables.thread_actor)
      messages += out.sum(&thread_cells::mailbox_depth);
    waiting.push_back(
        sample(depth.type, label("actor", tables.actors[index]), static_cast<double>(messages)));
  }
}

} // namespace

collector::collector(const label_tables& tables) : tables_(tables), node_(tables) {}

thread_cells& collector::add_thread() {
  std::lock_guard guard{mutex_};
  threads_.push_back(std::make_unique<thread_cells>(tables_));
  return *threads_.back();
}

void collector::add_gauge(std::string name, std::string help, labels of, read_value read) {
  add({std::move(name), std::move(help), MetricType::Gauge, std::move(of), std::move(read)});
}

void collector::add_counter(std::string name, std::string help, labels of, read_value read) {
  add({std::move(name), std::move(help), MetricType::Counter, std::move(of), std::move(read)});
}

void collector::add(source from) {
  std::lock_guard guard{mutex_};
  sources_.push_back(std::move(from));
}

std::vector<MetricFamily> collector::Collect() const {
  std::lock_guard guard{mutex_};
  scrape out{threads_};
  connections(out, tables_);
  sessions(out, tables_);
  calls(out, tables_);
  actors(out, tables_, node_);
  auto& families = out.families();
  for (const auto& from : sources_) {
    auto family = std::find_if(families.begin(), families.end(),
                               [&](const MetricFamily& known) { return known.name == from.name; });
    if (family == families.end())
      family = families.insert(families.end(), {from.name, from.help, from.type, {}});
    family->metric.push_back(sample(family->type, from.of, from.read()));
  }
  return std::move(families);
}

} // namespace troupe::metrics
