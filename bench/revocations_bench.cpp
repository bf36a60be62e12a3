// What a remembered token costs with nothing revoked and with much: looked up among the remembered ones, and
// then among what was revoked, as RemoteVerifier does it. The tokens take turns, so that neither place is in
// a cache because it was just looked at.

#include <map>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <sodium.h>

#include "bench/bench_token.h"
#include "bench/distinct_tokens.h"
#include "core/keys/verified_tokens.h"
#include "core/revocations/revocation_set.h"

namespace drawbridge::bench {
namespace {

constexpr std::size_t token_count = 10'000;
constexpr BootTime boot_now{std::chrono::hours{1}};

/// What the threads of one benchmark share, as the workers of a server do.
struct Shared {
  Shared() {
    for (std::size_t i = 0; i < token_count; ++i)
      if (const auto verdict = verify_token(tokens[i], policy, tokens.keys(), now))
        remembered.remember(tokens[i], *verdict, now);
  }

  Policy policy = policy_for(Algorithm::eddsa);
  DistinctTokens tokens{token_count};
  VerifiedTokens remembered{65'536, policy.clock_skew};
};

Shared& shared() {
  static Shared all;
  return all;
}

RevocationSet& set_of(std::size_t entries) {
  static std::map<std::size_t, RevocationSet> sets;
  RevocationSet& set = sets[entries];
  std::vector<Revocation> some;
  for (std::size_t i = set.size(); i < entries; ++i)
    some.push_back({.digest = session_digest("session " + std::to_string(i)),
                    .until = boot_now + std::chrono::hours{1}});
  set.add(some, boot_now);
  return set;
}

/// `entries`: -1 looks nothing up. As long as nothing is added a token is looked up once. The counter `bytes`
/// is the size of the set's tables.
void find_each_time(benchmark::State& state, std::int64_t entries) {
  Shared& all = shared();
  const RevocationSet* const set = entries < 0 ? nullptr : &set_of(static_cast<std::size_t>(entries));
  std::size_t next = static_cast<std::size_t>(state.thread_index()) * token_count / 2;
  for (auto _ : state) {
    const auto known =
        all.remembered.find(all.tokens[next++ % token_count], all.tokens.keys(), now, TokenType::jwt, set);
    if (!known || known->revoked_until) state.SkipWithError("the token is good");
    benchmark::DoNotOptimize(known);
  }
  // Each thread has counters of its own, and what is reported is their sum.
  if (state.thread_index() == 0 && set != nullptr)
    state.counters["bytes"] = static_cast<double>(set->bytes());
}

void add(std::int64_t entries, int threads) {
  const std::string name = entries < 0 ? "off" : std::to_string(entries);
  benchmark::RegisterBenchmark(("revocations/" + name).c_str(), find_each_time, entries)
      ->Threads(threads)
      ->UseRealTime();
}

}  // namespace
}  // namespace drawbridge::bench

int main(int argc, char** argv) {
  using namespace drawbridge::bench;
  if (sodium_init() < 0) return 1;
  shared();
  for (const std::int64_t entries : {0, 1'000, 100'000}) set_of(static_cast<std::size_t>(entries));
  for (const int threads : {1, 2})
    for (const std::int64_t entries : {-1, 0, 1'000, 100'000}) add(entries, threads);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
