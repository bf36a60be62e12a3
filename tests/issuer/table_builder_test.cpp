// Tables are made beside the requests, and their faults are told.

#include "issuer/table_builder.h"

#include <future>

#include <gtest/gtest.h>

#include "tests/issuer/issuer.h"

namespace drawbridge::fetch {
namespace {

using State = EddsaTableStatus::State;
using test::eventually;
using test::said_of;

/// With one key, whose tokens are each verified anew.
struct Verifying {
  explicit Verifying(bool eddsa_tables = true) {
    server.answer(test::set_of({key}));
    KeySource source = test::source_of(server);
    source.remembered_tokens = 0;
    source.eddsa_tables = eddsa_tables;
    verifier.emplace(test::policy(), std::move(source));
  }
  std::string said(const std::string& token) { return said_of(verifier->verify(token)); }
  void use() {
    for (std::uint32_t i = 0; i < ed25519::KeyTables::tokens_before; ++i)
      EXPECT_EQ(said(good), "user of key-1");
  }

  const test::TestKey key = test::key_named("key-1");
  const std::string good = test::token_of(key);
  std::string bad = good.substr(0, good.rfind('.')) + "." + std::string(85, 'A') + "Q";
  test::MisbehavingServer server;
  std::optional<RemoteVerifier> verifier;
};

TEST(TableBuilder, GivesAKeyTablesOnceItIsUsed) {
  ed25519::make_check({});  // the base point's table, which takes seconds in a debug build
  Verifying backend;
  EXPECT_EQ(backend.said(backend.bad), "signature_invalid");
  EXPECT_EQ(backend.verifier->eddsa_tables().keys, 0);
  backend.use();
  if (!ed25519::has_tables()) return;
  EXPECT_EQ(backend.verifier->eddsa_tables().state, State::on);
  EXPECT_TRUE(eventually([&] { return backend.verifier->eddsa_tables().keys == 1; }));
  backend.use();
  EXPECT_EQ(backend.said(backend.bad), "signature_invalid");
  const EddsaTableStatus status = backend.verifier->eddsa_tables();
  EXPECT_EQ(status.state, State::on);
  EXPECT_EQ(status.faults, 0);
}

TEST(TableBuilder, GivesNoneWhereTheyAreOff) {
  Verifying backend{false};
  backend.use();
  EXPECT_EQ(backend.verifier->eddsa_tables().state, State::off);
}

TEST(TableBuilder, GivesNoneInAProcessWhereTheyAreStopped) {
  ed25519::stop_of_process() = true;
  Verifying backend;
  backend.use();
  EXPECT_EQ(backend.verifier->eddsa_tables().state, ed25519::has_tables() ? State::stopped : State::off);
  backend.verifier.reset();
  ed25519::stop_of_process() = false;
}

TEST(TableBuilder, EndsWithItsVerifierWhateverIsToBeMade) {
  Verifying backend;
  backend.use();
  backend.verifier.reset();
}

TEST(TableBuilder, TellsOfAFaultAsAnError) {
  ed25519::TablesStop stop{false};
  ed25519::KeyTables tables{true, 1, stop};
  std::promise<KeySource::Event> told;
  TableBuilder builder{tables, [&](KeySource::Event event) { told.set_value(std::move(event)); }};
  tables.made({}, nullptr);
  builder.look();
  const KeySource::Event event = told.get_future().get();
  EXPECT_FALSE(event.good);
  EXPECT_EQ(event.about, KeySource::Event::About::signatures);
  EXPECT_TRUE(event.text.starts_with("EdDSA: ")) << event.text;
}

}  // namespace
}  // namespace drawbridge::fetch
