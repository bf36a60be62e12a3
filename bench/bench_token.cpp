#include "bench/bench_token.h"

#include <stdexcept>

#include <fmt/format.h>

namespace drawbridge::bench {
namespace {

/// `,"permissions":[…]` in exactly so many bytes.
std::string permissions(std::size_t size) {
  constexpr std::string_view begin = R"(,"permissions":[")";
  constexpr std::string_view item = R"(project:000001:write",")";
  constexpr std::string_view end = R"("])";
  if (size < begin.size() + end.size()) throw std::invalid_argument{"a payload has more bytes than that"};
  std::string text{begin};
  while (text.size() + item.size() + end.size() <= size) text += item;
  text.append(size - end.size() - text.size(), 'x');
  return text.append(end);
}

}  // namespace

std::string payload(std::size_t user, std::size_t size) {
  const auto issued = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  std::string claims = fmt::format(
      R"({{"iat":{},"uuid":"d5e1ed25-7146-4435-b2bd-{:012x}","email":"zoe.{:08x}@example.com","name":"Zoë",)"
      R"("sid":"ciUkrXyEFovAwpCRmxLF{:012x}","sub":"sL1uLwK9ra4T1tA4FjdH{:012x}","exp":{},"iss":"{}","aud":"{}")",
      issued, user, user, user, user, issued + 900, origin, origin);
  if (size > 0) claims += permissions(size - 1 - claims.size());
  return claims += '}';
}

Policy policy_for(Algorithm algorithm) {
  Policy policy{origin, origin};
  policy.algorithms = {algorithm};
  policy.required_claims = {"uuid"};
  return policy;
}

Scene::Scene(Algorithm algorithm, std::size_t payload_size)
    : key{test::TestKey::generate(algorithm, kid)},
      keys{test::key_set_of({key.jwk()})},
      policy{policy_for(algorithm)},
      token{key.token(payload(0, payload_size))} {}

}  // namespace drawbridge::bench
