// One token of the shape that Better Auth makes, for each algorithm: verified cold, and beside it its
// signature checked by libsodium or OpenSSL alone on the same bytes; EdDSA with tables for the key; and the
// same token seen before.

#include <array>
#include <map>
#include <string>

#include <benchmark/benchmark.h>
#include <sodium.h>

#include "bench/bare_signature.h"
#include "bench/bench_token.h"
#include "core/jose/ed25519/key_tables.h"
#include "core/keys/verified_tokens.h"

namespace drawbridge::bench {
namespace {

constexpr std::array algorithms{Algorithm::eddsa, Algorithm::es256, Algorithm::es384, Algorithm::es512,
                                Algorithm::rs256, Algorithm::rs384, Algorithm::rs512, Algorithm::ps256,
                                Algorithm::ps384, Algorithm::ps512};

/// Made once: the library calls a benchmark several times, and an RSA key takes long to make.
const Scene& scene_of(Algorithm algorithm) {
  static std::map<Algorithm, Scene> scenes;
  return scenes.try_emplace(algorithm, algorithm).first->second;
}

void bare(benchmark::State& state, Algorithm algorithm) {
  const Scene& scene = scene_of(algorithm);
  const BareSignature signature{algorithm, scene.key.jwk(), scene.token};
  for (auto _ : state) {
    if (!signature.verify()) state.SkipWithError("the signature is good");
  }
}

void cold(benchmark::State& state, Algorithm algorithm) {
  const Scene& scene = scene_of(algorithm);
  const Verifier verifier{scene.policy};
  for (auto _ : state) {
    const auto identity = verifier.verify(scene.token, scene.keys, now);
    if (!identity) state.SkipWithError("the token is good");
    benchmark::DoNotOptimize(identity);
  }
}

/// As a token that was never seen is verified once its key has tables.
void with_tables(benchmark::State& state, Algorithm algorithm) {
  const Scene& scene = scene_of(algorithm);
  ed25519::KeyTables tables{true, 1};
  for (std::uint32_t i = 0; i < ed25519::KeyTables::tokens_before; ++i)
    if (!verify_token(scene.token, scene.policy, scene.keys, now, &tables))
      state.SkipWithError("the token is good");
  if (const auto wanted = tables.take_wanted()) tables.made(wanted->key, ed25519::make_check(*wanted));
  if (tables.status().keys != 1) state.SkipWithError("the key has tables");
  for (auto _ : state) {
    const auto verdict = verify_token(scene.token, scene.policy, scene.keys, now, &tables);
    if (!verdict) state.SkipWithError("the token is good");
    benchmark::DoNotOptimize(verdict);
  }
}

void seen(benchmark::State& state, Algorithm algorithm) {
  const Scene& scene = scene_of(algorithm);
  const auto verdict = verify_token(scene.token, scene.policy, scene.keys, now);
  VerifiedTokens tokens{1'024, scene.policy.clock_skew};
  if (verdict) tokens.remember(scene.token, *verdict, now);
  for (auto _ : state) {
    const auto identity = tokens.find(scene.token, scene.keys, now);
    if (!identity) state.SkipWithError("the token is remembered");
    benchmark::DoNotOptimize(identity);
  }
}

void add(const char* what, void (*body)(benchmark::State&, Algorithm), Algorithm algorithm) {
  const std::string name = std::string{what} + '/' + std::string{name_of(algorithm)};
  benchmark::RegisterBenchmark(name.c_str(), body, algorithm);
}

}  // namespace
}  // namespace drawbridge::bench

int main(int argc, char** argv) {
  using namespace drawbridge::bench;
  if (sodium_init() < 0) return 1;
  // Those that are compared run next to each other, so that both meet the same machine.
  for (const auto algorithm : algorithms) {
    add("bare", bare, algorithm);
    add("cold", cold, algorithm);
  }
  if (drawbridge::ed25519::has_tables()) add("tables", with_tables, drawbridge::Algorithm::eddsa);
  add("seen", seen, drawbridge::Algorithm::eddsa);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
