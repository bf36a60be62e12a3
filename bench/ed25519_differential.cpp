// ed25519_differential CASES SEED: signatures, good ones and others, judged by tables and by libsodium, and
// one in eight by OpenSSL too. Ends at the first that they do not agree about.

#include <charconv>
#include <cstdio>
#include <span>

#include <sodium.h>

#include "tests/support/ed25519_cases.h"

namespace {

std::uint64_t number_of(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace drawbridge::test;
  const std::span arguments{argv, static_cast<std::size_t>(argc)};
  if (arguments.size() != 3 || sodium_init() < 0) return 2;
  const std::uint64_t count = number_of(arguments[1]);
  SignatureCases cases{number_of(arguments[2]), 64};
  std::uint64_t accepted = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    const SignatureCase made = cases.next();
    bool good = false;
    const std::string fault = disagreement(made, i % 8 == 0, good);
    if (!fault.empty()) {
      std::printf("case %llu: %s\n", static_cast<unsigned long long>(i), fault.c_str());
      return 1;
    }
    accepted += good ? 1 : 0;
    if ((i + 1) % 100'000 == 0) {
      std::printf("%llu cases, %llu of them accepted\n", static_cast<unsigned long long>(i + 1),
                  static_cast<unsigned long long>(accepted));
      std::fflush(stdout);
    }
  }
  std::printf("%llu cases, %llu accepted, no difference\n", static_cast<unsigned long long>(count),
              static_cast<unsigned long long>(accepted));
}
