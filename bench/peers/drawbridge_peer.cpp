// Drawbridge's library as bench/harness/part_peers.py asks each peer: `gate`, `seen` and `unseen`. As it is
// shipped, with EDDSA_TABLES=on also by tables for the key.

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "drawbridge/algorithm.h"
#include "drawbridge/remote_verifier.h"

namespace drawbridge::bench {
namespace {

std::string setting(const char* name) {
  const char* found = std::getenv(name);
  if (found == nullptr) throw std::runtime_error{std::string{name} + " is not set"};
  return found;
}

RemoteVerifier from_environment() {
  const auto at = BetterAuth::at(setting("BETTER_AUTH_URL")).value();
  Policy policy{at.issuer, at.audience};
  policy.algorithms = {algorithm_named(setting("ALGORITHM")).value()};
  KeySource source{at.jwks_url};
  source.eddsa_tables = setting("EDDSA_TABLES") == "on";
  return RemoteVerifier{policy, source};
}

std::chrono::nanoseconds processor_time() {
  timespec spent{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  return std::chrono::seconds{spent.tv_sec} + std::chrono::nanoseconds{spent.tv_nsec};
}

/// Made beside the tokens, so what is measured must not begin before.
void wait_for_tables(const RemoteVerifier& verifier) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (verifier.eddsa_tables().keys == 0) {
    if (std::chrono::steady_clock::now() > end) throw std::runtime_error{"the key has no tables after 10 s"};
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
}

/// Verifies the tokens in turn until the time is over; the first quarter is not counted.
double nanoseconds(RemoteVerifier& verifier, const std::vector<std::string>& tokens, bool seen,
                   double seconds) {
  std::size_t next = 0;
  const auto verify_some = [&](std::size_t most) {
    std::size_t count = 0;
    for (; count < most && next < tokens.size(); ++count) {
      if (!verifier.verify(tokens[next])) throw std::runtime_error{"the token is good"};
      if (!seen) ++next;
    }
    return count;
  };
  verify_some(tokens.size() / 4);
  if (verifier.eddsa_tables().state == EddsaTableStatus::State::on && !seen) wait_for_tables(verifier);
  const auto began = processor_time();
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>{seconds};
  std::size_t count = 0;
  while (std::chrono::steady_clock::now() < end && next < tokens.size()) count += verify_some(100);
  return static_cast<double>((processor_time() - began).count()) / static_cast<double>(count);
}

int run(std::string_view mode, double seconds) {
  auto verifier = from_environment();
  std::vector<std::string> tokens;
  for (std::string line; std::getline(std::cin, line);) tokens.push_back(line);
  if (mode == "gate") {
    for (const auto& token : tokens) std::cout << (verifier.verify(token) ? "accepted" : "refused") << '\n';
    return 0;
  }
  std::cout << nanoseconds(verifier, tokens, mode == "seen", seconds) << '\n';
  return 0;
}

}  // namespace
}  // namespace drawbridge::bench

int main(int argc, char** argv) try {
  return drawbridge::bench::run(argc > 1 ? argv[1] : "gate", argc > 2 ? std::stod(argv[2]) : 0);
} catch (const std::exception& fault) {
  std::cerr << fault.what() << '\n';
  return 1;
}
