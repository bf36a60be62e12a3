// More and more distinct tokens against the bound of the verified-token cache: each is looked up, else
// verified and remembered, as RemoteVerifier does it. In turn is the worst order for a cache that forgets
// what was not seen for longest; at random is what many users at once look like.

#include <cstdlib>
#include <map>
#include <memory>
#include <random>
#include <utility>

#include <benchmark/benchmark.h>
#include <sodium.h>

#include "drawbridge/remote_verifier.h"

#include "bench/bench_token.h"
#include "bench/distinct_tokens.h"
#include "core/keys/verified_tokens.h"

namespace drawbridge::bench {
namespace {

enum class Order { in_turn, at_random };

std::size_t bound() {
  return KeySource{}.remembered_tokens;
}

/// The first `count` of the tokens against a cache of their own.
class Rotation {
 public:
  Rotation(const DistinctTokens& tokens, std::size_t count, Order order)
      : tokens_{tokens}, count_{count}, order_{order} {
    // Twice the bound: after that hardly a place of the cache is free.
    for (std::size_t i = 0; i < std::min(count, 2 * bound()); ++i) check(i);
    next_ = std::min(count, 2 * bound()) % count;
  }

  /// Whether the next token was remembered. Throws nothing: all of them are good.
  bool step() {
    const std::size_t index = next_;
    next_ = order_ == Order::in_turn ? (index + 1) % count_ : pick_(random_) % count_;
    return check(index);
  }

 private:
  bool check(std::size_t index) {
    const std::string_view token = tokens_[index];
    if (const auto identity = remembered_.find(token, tokens_.keys(), now)) return true;
    const auto verdict = verify_token(token, policy_, tokens_.keys(), now);
    if (!verdict) std::abort();
    remembered_.remember(token, *verdict, now);
    return false;
  }

  const DistinctTokens& tokens_;
  std::size_t count_;
  Order order_;
  Policy policy_ = policy_for(Algorithm::eddsa);
  VerifiedTokens remembered_{bound(), policy_.clock_skew};
  std::size_t next_ = 0;
  std::mt19937_64 random_{1};
  std::uniform_int_distribution<std::size_t> pick_;
};

std::size_t most_tokens = 1;  // that a benchmark of this run asks for

/// The library calls a benchmark many times; its cache must not start empty at each.
Rotation& rotation_of(std::size_t count, Order order) {
  static const DistinctTokens tokens{most_tokens};
  static std::map<std::pair<std::size_t, Order>, std::unique_ptr<Rotation>> kept;
  auto& rotation = kept[{count, order}];
  if (!rotation) rotation = std::make_unique<Rotation>(tokens, count, order);
  return *rotation;
}

void rotate(benchmark::State& state, std::size_t count, Order order) {
  Rotation& rotation = rotation_of(count, order);
  std::size_t hits = 0;
  for (auto _ : state) hits += rotation.step() ? 1 : 0;
  state.counters["remembered"] =
      benchmark::Counter(static_cast<double>(hits), benchmark::Counter::kAvgIterations);
}

}  // namespace
}  // namespace drawbridge::bench

// The first argument is the largest number of tokens, the others are the library's.
int main(int argc, char** argv) {
  using namespace drawbridge::bench;
  if (sodium_init() < 0 || argc < 2) return 2;
  most_tokens = std::strtoull(argv[1], nullptr, 10);
  argv[1] = argv[0];
  --argc;
  ++argv;
  for (const auto& [name, order] : {std::pair{"in turn/", Order::in_turn}, {"at random/", Order::at_random}})
    for (const std::size_t count : {1UL, 1'000UL, 10'000UL, 65'536UL, 100'000UL, 1'000'000UL})
      if (count <= most_tokens)
        benchmark::RegisterBenchmark((name + std::to_string(count)).c_str(), rotate, count, order);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
