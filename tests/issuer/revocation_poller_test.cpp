// Who waits while the poller reads an answer.

#include "issuer/revocation_poller.h"

#include <future>

#include <gtest/gtest.h>

#include "tests/issuer/issuer.h"

namespace drawbridge::fetch {
namespace {

using namespace std::chrono_literals;

TEST(RevocationPoller, NobodyWaitsForAnAnswerThatIsBeingRead) {
  test::MisbehavingServer server;
  server.answer([](const test::HeardRequest&) {
    return test::Answer::json(R"({"cursor":"c","now":1,"more":false,"entries":[]})");
  });
  KeySource source;
  source.jwks_url = server.url();
  std::promise<void> begun;
  std::promise<void> asked;
  std::promise<bool> was_answered_meanwhile;
  RevocationPoller poller{source, 30s, [&](const SeenRevocationAnswer& seen) {
                            begun.set_value();
                            const auto answer = asked.get_future().wait_for(10s);
                            was_answered_meanwhile.set_value(answer == std::future_status::ready);
                            return read_revocation_answer(seen);
                          }};
  poller.start([](const RevocationFeed::Event&) {});
  std::promise<void> told;
  begun.get_future().wait();
  EXPECT_EQ(poller.status().state, RevocationStatus::State::pending);
  const auto answer = poller.ask([&](const RevocationPoller::Outcome&) { told.set_value(); });
  asked.set_value();
  EXPECT_TRUE(was_answered_meanwhile.get_future().get());
  ASSERT_TRUE(std::holds_alternative<RevocationFeed::Waiting>(answer));
  EXPECT_EQ(told.get_future().wait_for(10s), std::future_status::ready);
  poller.stop();
  server.go_down();
}

}  // namespace
}  // namespace drawbridge::fetch
