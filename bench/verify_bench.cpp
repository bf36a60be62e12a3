// One token of the shape that Better Auth makes, verified cold for each algorithm, looked up when it was
// seen before, and, to compare with, its Ed25519 signature checked by libsodium alone on the same bytes.

#include <benchmark/benchmark.h>
#include <sodium.h>

#include "drawbridge/verifier.h"

#include "core/base64url.h"
#include "core/verification.h"
#include "core/verified_tokens.h"
#include "tests/support/test_keys.h"

namespace drawbridge {
namespace {

using test::TestKey;

constexpr TokenTime now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23}};
constexpr auto issuer = "http://localhost:3000";

std::string payload() {
  const auto issued = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  return R"({"iat":)" + std::to_string(issued) +
         R"(,"uuid":"d5e1ed25-7146-4435-b2bd-005278237699","email":"zoe@example.com","name":"Zoë",)"
         R"("sid":"ciUkrXyEFovAwpCRmxLFubJ2ADeSGVoW","sub":"sL1uLwK9ra4T1tA4FjdH4nAsQFY4mZIH","exp":)" +
         std::to_string(issued + 900) + R"(,"iss":"http://localhost:3000","aud":"http://localhost:3000"})";
}

/// A key, its set of one, and a token of it.
struct Scene {
  explicit Scene(Algorithm algorithm)
      : key{TestKey::generate(algorithm, "NA3G7GLGufD7ov6fyYw2hOfKFn0FHjuX")},
        keys{test::key_set_of({key.jwk()})},
        policy{issuer, issuer},
        token{key.token(payload())} {
    policy.algorithms = {algorithm};
  }
  TestKey key;
  KeySet keys;
  Policy policy;
  std::string token;
};

void bare_libsodium(benchmark::State& state) {
  const Scene scene{Algorithm::eddsa};
  const std::size_t dot = scene.token.rfind('.');
  const std::string_view signed_part = std::string_view{scene.token}.substr(0, dot);
  const std::string signature = decode_base64url(scene.token.substr(dot + 1)).value();
  const std::string jwk = scene.key.jwk();
  const std::size_t x = jwk.find("\"x\":\"") + 5;
  const std::string point = decode_base64url(jwk.substr(x, 43)).value();
  const auto bytes = [](std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
  };
  for (auto _ : state) {
    const int bad =
        crypto_sign_verify_detached(bytes(signature), bytes(signed_part), signed_part.size(), bytes(point));
    if (bad != 0) state.SkipWithError("the signature is good");
  }
}
BENCHMARK(bare_libsodium)->Name("Ed25519 signature alone, libsodium");

void cold(benchmark::State& state, Algorithm algorithm) {
  const Scene scene{algorithm};
  const Verifier verifier{scene.policy};
  for (auto _ : state) {
    const auto identity = verifier.verify(scene.token, scene.keys, now);
    if (!identity) state.SkipWithError("the token is good");
    benchmark::DoNotOptimize(identity);
  }
}

void seen_before(benchmark::State& state) {
  const Scene scene{Algorithm::eddsa};
  const auto verdict = verify_token(scene.token, scene.policy, scene.keys, now);
  VerifiedTokens tokens{1'024, scene.policy.clock_skew};
  if (verdict) tokens.remember(scene.token, *verdict, now);
  for (auto _ : state) {
    const auto identity = tokens.find(scene.token, scene.keys, now);
    if (!identity) state.SkipWithError("the token is remembered");
    benchmark::DoNotOptimize(identity);
  }
}
BENCHMARK(seen_before)->Name("verify, seen before/EdDSA");

}  // namespace
}  // namespace drawbridge

int main(int argc, char** argv) {
  using drawbridge::Algorithm;
  if (sodium_init() < 0) return 1;
  for (const auto algorithm :
       {Algorithm::eddsa, Algorithm::es256, Algorithm::es512, Algorithm::rs256, Algorithm::ps256})
    benchmark::RegisterBenchmark(("verify, cold/" + std::string{drawbridge::name_of(algorithm)}).c_str(),
                                 drawbridge::cold, algorithm);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
