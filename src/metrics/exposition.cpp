#include "metrics/exposition.h"

#include <array>
#include <utility>
#include <vector>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

namespace drawbridge::metrics {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Label = ClientMetric::Label;
using Labels = std::vector<Label>;

constexpr std::string_view other = "other";

double seconds(auto duration) {
  return std::chrono::duration<double>(duration).count();
}

/// Of one metric, by its labels.
class Family {
 public:
  Family(MetricType type, std::string name, std::string help)
      : family_{
            .name = "drawbridge_" + std::move(name), .help = std::move(help), .type = type, .metric = {}} {}

  Family& number(Labels labels, auto value) {
    auto& metric = add(std::move(labels));
    (family_.type == MetricType::Counter ? metric.counter.value : metric.gauge.value) =
        static_cast<double>(value);
    return *this;
  }

  Family& durations(Labels labels, const Durations::Seen& seen) {
    auto& histogram = add(std::move(labels)).histogram;
    for (std::size_t i = 0; i < Durations::bounds.size(); ++i) {
      histogram.sample_count += seen.within.at(i);
      histogram.bucket.push_back({histogram.sample_count, seconds(Durations::bounds.at(i))});
    }
    histogram.sample_count += seen.within.back();
    histogram.sample_sum = seconds(seen.sum);
    return *this;
  }

  MetricFamily take() { return std::move(family_); }

 private:
  ClientMetric& add(Labels labels) {
    ClientMetric metric;
    metric.label = std::move(labels);
    return family_.metric.emplace_back(std::move(metric));
  }

  MetricFamily family_;
};

Family counter(std::string name, std::string help) {
  return {MetricType::Counter, std::move(name), std::move(help)};
}
Family gauge(std::string name, std::string help) {
  return {MetricType::Gauge, std::move(name), std::move(help)};
}
Family histogram(std::string name, std::string help) {
  return {MetricType::Histogram, std::move(name), std::move(help)};
}

Label label(std::string name, std::string_view value) {
  return {std::move(name), std::string{value}};
}

using Families = std::vector<MetricFamily>;

/// The 1 among zeros says in which state it is.
MetricFamily states(std::string name, std::string help, const auto& names, auto state) {
  Family family = gauge(std::move(name), std::move(help));
  for (std::size_t i = 0; i < names.size(); ++i)
    family.number({label("state", names.at(i))}, i == static_cast<std::size_t>(state) ? 1 : 0);
  return family.take();
}

MetricFamily good_and_failed(std::string name, std::string help, std::uint64_t all, std::uint64_t failed) {
  return counter(std::move(name), std::move(help))
      .number({label("result", "good")}, all - failed)
      .number({label("result", "failed")}, failed)
      .take();
}

void add_requests(Families& all, const http::Counts::Seen& seen) {
  Family requests = counter("http_requests_total", "Answered requests, by route and status.");
  Family took = histogram("http_request_duration_seconds",
                          "Time from a request's first byte until its answer was ready, by route.");
  for (const auto& route : seen.routes) {
    const auto pattern = label("route", route.pattern.empty() ? other : route.pattern);
    for (std::size_t i = 0; i < route.answers.size(); ++i) {
      if (route.answers.at(i) == 0) continue;
      const bool is_known = i < http::Counts::statuses.size();
      requests.number(
          {pattern, label("status", is_known ? std::to_string(http::Counts::statuses.at(i)) : other)},
          route.answers.at(i));
    }
    took.durations({pattern}, route.took);
  }
  Family refusals = counter("refusals_total", "Refused requests, by error code.");
  for (const ErrorCode code : all_error_codes())
    refusals.number({label("code", name_of(code))}, seen.refusals.at(static_cast<std::size_t>(code)));
  Family sheds = counter("shed_total", "Requests and connections that were shed to make room, by reason.");
  for (std::size_t i = 0; i < seen.sheds.size(); ++i)
    sheds.number({label("reason", http::shed_names.at(i))}, seen.sheds.at(i));
  for (Family* const family : {&requests, &took, &refusals, &sheds}) all.push_back(family->take());
}

void add_connections(Families& all, const http::Counts::Seen& seen, std::size_t most) {
  all.push_back(gauge("connections", "Clients connected now.")
                    .number({}, seen.connections_opened - seen.connections_closed)
                    .take());
  all.push_back(gauge("connections_max", "Most clients connected at once.").number({}, most).take());
  all.push_back(counter("connections_opened_total", "Clients that have connected so far.")
                    .number({}, seen.connections_opened)
                    .take());
}

void add_database(Families& all, const database::StoreCounts& counts) {
  Family waiting = gauge("database_waiting", "Work waiting for a database thread now.");
  Family running = gauge("database_running", "Work being done by a database thread now.");
  Family refused = counter(
      "database_refused_total",
      "Work not done: too much was waiting (full), or it waited too long or its client had gone (dropped).");
  Family waited = histogram("database_wait_seconds", "How long work waited for a thread.");
  Family worked = histogram("database_work_seconds", "How long the work then took.");
  for (const auto& [name, work] : {std::pair{"read", &counts.reads}, std::pair{"write", &counts.writes}}) {
    const auto kind = label("kind", name);
    // What follows is read first, so that no difference is below 0.
    const auto ended = work->ended.value();
    const auto begun = work->begun.value();
    const auto dropped = work->dropped.value();
    const auto taken = work->taken.value();
    waiting.number({kind}, taken > begun + dropped ? taken - begun - dropped : 0);
    running.number({kind}, begun - ended);
    refused.number({kind, label("reason", "full")}, work->refused.value());
    refused.number({kind, label("reason", "dropped")}, dropped);
    waited.durations({kind}, work->waited.seen());
    worked.durations({kind}, work->worked.seen());
  }
  for (Family* const family : {&waiting, &running, &refused, &waited, &worked}) all.push_back(family->take());
}

void add_keys(Families& all, const KeyStatus& keys) {
  all.push_back(states("keys_state", "1 for the current state of the key set.",
                       std::array{"fresh", "stale", "absent"}, keys.state));
  all.push_back(
      gauge("keys_usable", "Keys that can verify a token now.").number({}, keys.usable_keys).take());
  if (keys.age)
    all.push_back(gauge("keys_age_seconds", "How long ago Better Auth last answered with a key set.")
                      .number({}, keys.age->count())
                      .take());
  all.push_back(good_and_failed("key_fetches_total", "Finished fetches of the key set.", keys.fetches,
                                keys.failed_fetches));
}

void add_revocations(Families& all, const RevocationStatus& revocations) {
  all.push_back(states("revocations_state", "1 for the current state of the revocation feed.",
                       std::array{"off", "pending", "current", "lost"}, revocations.state));
  all.push_back(gauge("revocations_required", "1 if no token is accepted while the feed is lost.")
                    .number({}, revocations.required ? 1 : 0)
                    .take());
  all.push_back(gauge("revocations_entries", "Known revocations.").number({}, revocations.entries).take());
  if (revocations.age)
    all.push_back(gauge("revocations_age_seconds",
                        "Time since the start of the last question that was answered in full.")
                      .number({}, revocations.age->count())
                      .take());
  all.push_back(good_and_failed("revocation_questions_total", "Finished questions about revocations.",
                                revocations.questions, revocations.failed_questions));
}

void add_credentials(Families& all, const Seen& seen) {
  all.push_back(counter("token_cache_lookups_total", "Lookups of a token among those already verified.")
                    .number({label("result", "hit")}, seen.remembered_tokens.hits)
                    .number({label("result", "miss")}, seen.remembered_tokens.misses)
                    .take());
  all.push_back(gauge("eddsa_table_keys", "Keys whose EdDSA signatures are verified with tables.")
                    .number({}, seen.eddsa_tables.keys)
                    .take());
  all.push_back(counter("eddsa_table_faults_total", "Times that tables and libsodium disagreed.")
                    .number({}, seen.eddsa_tables.faults)
                    .take());
  Family exchanges = counter("credential_exchanges_total",
                             "Questions to Better Auth, or its storage, about sessions and API keys.");
  Family remembered =
      counter("credential_cache_hits_total", "Sessions and API keys accepted by a remembered answer.");
  Family waiting = gauge("credentials_waiting", "Requests waiting for Better Auth's answer now.");
  for (const auto& [name, counts] :
       {std::pair{"session", &seen.sessions}, std::pair{"key", &seen.api_keys}}) {
    if (!*counts) continue;
    const CredentialCounts& of_kind = **counts;
    const auto kind = label("kind", name);
    exchanges.number({kind, label("result", "good")}, of_kind.good)
        .number({kind, label("result", "unknown")}, of_kind.unknown)
        .number({kind, label("result", "limited")}, of_kind.limited)
        .number({kind, label("result", "failed")}, of_kind.failed);
    remembered.number({kind}, of_kind.remembered);
    waiting.number({kind}, of_kind.waiting);
  }
  for (Family* const family : {&exchanges, &remembered, &waiting}) all.push_back(family->take());
}

}  // namespace

std::string exposition(const Seen& seen) {
  Families all;
  all.push_back(gauge("build_info", "1, labelled with the running version.")
                    .number({label("version", seen.version)}, 1)
                    .take());
  const auto http = seen.http.seen();
  add_requests(all, http);
  add_connections(all, http, seen.max_connections);
  add_database(all, seen.database);
  add_keys(all, seen.keys);
  add_revocations(all, seen.revocations);
  add_credentials(all, seen);
  return prometheus::TextSerializer{}.Serialize(all);
}

}  // namespace drawbridge::metrics
