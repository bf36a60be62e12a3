// Linked with the package, it refuses what is not a token; exit status 0 says that it did.
#include <drawbridge/remote_verifier.h>

#include <chrono>
#include <cstdio>

int main() {
  const drawbridge::Verifier verifier{{"https://app.example.com", "https://app.example.com"}};
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto identity = verifier.verify("not.a.token", drawbridge::KeySet{}, now);
  if (identity) return 1;
  std::printf("%s\n", drawbridge::problem_json(identity.error()).c_str());
  return drawbridge::http_status(identity.error().code) == 401 ? 0 : 1;
}
