#include "http/counts.h"

#include <algorithm>

namespace drawbridge::http {
namespace {

void add_all(auto& sums, const auto& counters) {
  std::ranges::transform(sums, counters, sums.begin(),
                         [](std::uint64_t sum, const Counter& counter) { return sum + counter.value(); });
}

}  // namespace

void Counts::Part::add(const Answered& answered) noexcept {
  OfRoute& route = routes_[std::min(answered.route, routes_.size() - 1)];
  const auto status = std::ranges::find(statuses, answered.status) - statuses.begin();
  route.answers.at(static_cast<std::size_t>(status)).add();
  route.took.add(answered.took);
  if (answered.code) refusals_.at(static_cast<std::size_t>(*answered.code)).add();
  if (answered.shed) add(*answered.shed);
}

Counts::Counts(std::span<const Route> routes, std::size_t workers) {
  for (const Route& route : routes) patterns_.push_back(route.pattern);
  patterns_.emplace_back();
  for (std::size_t i = 0; i < workers; ++i) parts_.push_back(std::make_unique<Part>(patterns_.size()));
}

Counts::Seen Counts::seen() const {
  Seen seen;
  for (const auto pattern : patterns_) seen.routes.push_back({.pattern = pattern});
  for (const auto& part : parts_) {
    for (std::size_t i = 0; i < patterns_.size(); ++i) {
      add_all(seen.routes[i].answers, part->routes_[i].answers);
      seen.routes[i].took += part->routes_[i].took.seen();
    }
    add_all(seen.refusals, part->refusals_);
    add_all(seen.sheds, part->sheds_);
    // In this order, since one is closed after it was opened.
    seen.connections_closed += part->closed_.value();
    seen.connections_opened += part->opened_.value();
  }
  return seen;
}

}  // namespace drawbridge::http
