// How the cost of one verification grows: with the keys of the set, with the bytes of the payload, and with
// the threads that verify at the same time. Cold and seen before.

#include <memory>
#include <vector>

#include <benchmark/benchmark.h>
#include <sodium.h>

#include "bench/bench_token.h"
#include "bench/distinct_tokens.h"
#include "core/keys/verified_tokens.h"

namespace drawbridge::bench {
namespace {

void verify_each_time(benchmark::State& state, const Policy& policy, const KeySet& keys,
                      std::string_view token) {
  const Verifier verifier{policy};
  for (auto _ : state) {
    const auto identity = verifier.verify(token, keys, now);
    if (!identity) state.SkipWithError("the token is good");
    benchmark::DoNotOptimize(identity);
  }
}

void find_each_time(benchmark::State& state, const Policy& policy, const KeySet& keys,
                    std::string_view token) {
  VerifiedTokens tokens{1'024, policy.clock_skew};
  if (const auto verdict = verify_token(token, policy, keys, now)) tokens.remember(token, *verdict, now);
  for (auto _ : state) {
    const auto identity = tokens.find(token, keys, now);
    if (!identity) state.SkipWithError("the token is remembered");
    benchmark::DoNotOptimize(identity);
  }
}

/// A set of so many keys, of which the last one is the token's: the worst place for a search.
KeySet keys_with_last(const test::TestKey& last, std::int64_t count) {
  std::string text;
  for (std::int64_t i = 1; i < count; ++i)
    text += test::TestKey::generate(Algorithm::eddsa, "other-" + std::to_string(i)).jwk() + ',';
  return KeySet::parse("{\"keys\":[" + text + last.jwk() + "]}").value();
}

void keys_cold(benchmark::State& state) {
  const Scene scene{Algorithm::eddsa};
  verify_each_time(state, scene.policy, keys_with_last(scene.key, state.range()), scene.token);
}
BENCHMARK(keys_cold)->Name("keys/cold")->Arg(1)->Arg(10)->Arg(100);

void keys_seen(benchmark::State& state) {
  const Scene scene{Algorithm::eddsa};
  find_each_time(state, scene.policy, keys_with_last(scene.key, state.range()), scene.token);
}
BENCHMARK(keys_seen)->Name("keys/seen")->Arg(1)->Arg(10)->Arg(100);

void payload_cold(benchmark::State& state) {
  const Scene scene{Algorithm::eddsa, static_cast<std::size_t>(state.range())};
  verify_each_time(state, scene.policy, scene.keys, scene.token);
}
BENCHMARK(payload_cold)->Name("payload/cold")->Arg(307)->Arg(1'024)->Arg(2'048)->Arg(4'096)->Arg(8'192);

void payload_seen(benchmark::State& state) {
  const Scene scene{Algorithm::eddsa, static_cast<std::size_t>(state.range())};
  find_each_time(state, scene.policy, scene.keys, scene.token);
}
BENCHMARK(payload_seen)->Name("payload/seen")->Arg(307)->Arg(1'024)->Arg(2'048)->Arg(4'096)->Arg(8'192);

/// What the threads of one benchmark share, as the workers of a server do.
struct Shared {
  explicit Shared(std::size_t count) : tokens{count} {
    for (std::size_t i = 0; i < count; ++i)
      if (const auto verdict = verify_token(tokens[i], policy, tokens.keys(), now))
        remembered.remember(tokens[i], *verdict, now);
  }
  Policy policy = policy_for(Algorithm::eddsa);
  DistinctTokens tokens;
  VerifiedTokens remembered{65'536, policy.clock_skew};
};

void threads_cold(benchmark::State& state) {
  static const Shared shared{1};
  verify_each_time(state, shared.policy, shared.tokens.keys(), shared.tokens[0]);
}
BENCHMARK(threads_cold)->Name("threads/cold")->Threads(1)->Threads(2)->UseRealTime();

void find_in_rotation(benchmark::State& state, Shared& shared) {
  const std::size_t count = shared.tokens.size();
  std::size_t next = static_cast<std::size_t>(state.thread_index()) * count / 2;
  for (auto _ : state) {
    const auto identity = shared.remembered.find(shared.tokens[next++ % count], shared.tokens.keys(), now);
    if (!identity) state.SkipWithError("the token is remembered");
    benchmark::DoNotOptimize(identity);
  }
}

void threads_seen_one(benchmark::State& state) {
  static Shared shared{1};
  find_in_rotation(state, shared);
}
BENCHMARK(threads_seen_one)->Name("threads/seen, one token")->Threads(1)->Threads(2)->UseRealTime();

void threads_seen_many(benchmark::State& state) {
  static Shared shared{1'000};
  find_in_rotation(state, shared);
}
BENCHMARK(threads_seen_many)->Name("threads/seen, 1000 tokens")->Threads(1)->Threads(2)->UseRealTime();

}  // namespace
}  // namespace drawbridge::bench

int main(int argc, char** argv) {
  if (sodium_init() < 0) return 1;
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
