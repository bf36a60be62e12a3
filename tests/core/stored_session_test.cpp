// Which of the sessions that Better Auth keeps count.

#include "core/credentials/stored_session.h"

#include <gtest/gtest.h>

namespace drawbridge {
namespace {

using namespace std::chrono_literals;
using enum SessionState;

constexpr Instant now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 29} + 5h;
constexpr std::string_view token = "AbCdEfGhIjKlMnOpQrStUvWxYz012345";

StoredSession session() {
  return {.token = std::string{token}, .expires_at = now + 24h, .created_at = now - 24h};
}

TEST(StoredSession, CountsWhileNothingHasEndedIt) {
  struct Case {
    const char* name;
    void (*spoil)(StoredSession&);
    SessionState expected;
    std::optional<Instant> revoked_before{};
  };
  const Case cases[] = {
      {"as it was made", [](StoredSession&) {}, good},
      {"in its last millisecond", [](StoredSession& s) { s.expires_at = now + 1ms; }, good},
      {"at its end", [](StoredSession& s) { s.expires_at = now; }, ended},
      {"a row that was kept", [](StoredSession& s) { s.expires_at = now - 24h; }, ended},
      {"another's, by a mistake of the storage", [](StoredSession& s) { s.token[31] = '6'; }, another},
      {"cut", [](StoredSession& s) { s.token.pop_back(); }, another},
      {"without a token", [](StoredSession& s) { s.token.clear(); }, another},
      {"made before all were ended", [](StoredSession&) {}, revoked, now - 24h + 1ms},
      {"made at that moment", [](StoredSession&) {}, good, now - 24h},
      {"made after it", [](StoredSession&) {}, good, now - 25h},
      {"of a banned user", [](StoredSession& s) { s.is_banned = true; }, banned},
      {"of one whose ban goes on",
       [](StoredSession& s) {
         s.is_banned = true;
         s.ban_expires = now + 1ms;
       },
       banned},
      {"of one whose ban ends now",
       [](StoredSession& s) {
         s.is_banned = true;
         s.ban_expires = now;
       },
       banned},
      {"of one whose ban is over",
       [](StoredSession& s) {
         s.is_banned = true;
         s.ban_expires = now - 1ms;
       },
       good},
      {"of one who was let in again", [](StoredSession& s) { s.ban_expires = now + 24h; }, good},
      {"ended, of a banned user",
       [](StoredSession& s) {
         s.is_banned = true;
         s.expires_at = now;
       },
       ended},
  };
  for (const Case& c : cases) {
    StoredSession stored = session();
    c.spoil(stored);
    EXPECT_EQ(state_of(stored, token, now, c.revoked_before), c.expected) << c.name;
  }
}

}  // namespace
}  // namespace drawbridge
