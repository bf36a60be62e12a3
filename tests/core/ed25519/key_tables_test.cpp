// Which keys get tables, and what happens where tables and libsodium differ.

#include "core/jose/ed25519/key_tables.h"

#include <gtest/gtest.h>

#include "core/jose/key_selector.h"
#include "tests/support/test_keys.h"

namespace drawbridge::ed25519 {
namespace {

using State = EddsaTableStatus::State;
using test::TestKey;

constexpr std::string_view message = "message";

/// A table that says what it is told to.
class Told final : public SignatureCheck {
 public:
  Told(const Ed25519PublicKey& key, bool answer) : SignatureCheck{key}, answer_{answer} {}
  bool verify(std::string_view, std::string_view) const override { return answer_; }

 private:
  const bool answer_;
};

/// Keys of one set, with what signs for them.
struct Issuer {
  explicit Issuer(std::size_t count) {
    std::string jwks;
    for (std::size_t i = 0; i < count; ++i) {
      keys.push_back(TestKey::generate(Algorithm::eddsa, "key-" + std::to_string(i)));
      jwks += (i == 0 ? "" : ",") + keys.back().jwk();
    }
    set = KeySet::parse(R"({"keys":[)" + jwks + "]}").value();
  }
  Ed25519PublicKey raw(std::size_t index = 0) const {
    const auto key = KeySelector::select(set, keys[index].kid(), Algorithm::eddsa);
    return std::get<Ed25519PublicKey>((*key)->material);
  }
  bool accepted_by(KeyTables& tables, std::size_t index = 0) const {
    return tables.verify(raw(index), message, keys[index].sign(message), set);
  }

  std::vector<TestKey> keys;
  KeySet set;
};

struct Tables : ::testing::Test {
  /// Until the key is wanted.
  WantedCheck use(const Issuer& issuer, std::size_t index = 0) {
    for (std::uint32_t i = 0; i < KeyTables::tokens_before; ++i) {
      EXPECT_FALSE(tables.has_work()) << i;
      EXPECT_TRUE(issuer.accepted_by(tables, index));
    }
    EXPECT_TRUE(tables.has_work());
    return tables.take_wanted().value();
  }
  void give(const Issuer& issuer, bool answer) {
    tables.made(use(issuer).key, std::make_shared<const Told>(issuer.raw(), answer));
  }
  void expect_fault() {
    EXPECT_EQ(tables.status().state, State::stopped);
    EXPECT_EQ(tables.status().faults, 1);
    EXPECT_TRUE(stop.load());
    EXPECT_TRUE(tables.has_work());
    EXPECT_FALSE(tables.take_wanted());
    EXPECT_TRUE(tables.take_fault().value().starts_with("EdDSA: "));
    EXPECT_FALSE(tables.take_fault());
    EXPECT_FALSE(tables.has_work());
  }

  TablesStop stop{false};
  KeyTables tables{true, 1, stop};
  const Issuer one{1};
  const std::string bad = std::string(64, 'x');
};

TEST_F(Tables, AreWantedAfter64TokensThatLibsodiumAccepted) {
  for (int i = 0; i < 200; ++i) EXPECT_FALSE(tables.verify(one.raw(), message, bad, one.set));
  const WantedCheck wanted = use(one);
  EXPECT_EQ(wanted.key, one.raw());
  EXPECT_EQ(wanted.message, message);
  EXPECT_EQ(wanted.signature, one.keys[0].sign(message));
  EXPECT_FALSE(tables.has_work());
  EXPECT_FALSE(tables.take_wanted()) << "once";
  EXPECT_TRUE(one.accepted_by(tables)) << "libsodium goes on meanwhile";
  EXPECT_EQ(tables.status().keys, 0);
  if (!has_tables()) return;
  tables.made(wanted.key, make_check(wanted));
  EXPECT_EQ(tables.status().keys, 1);
  EXPECT_TRUE(one.accepted_by(tables));
  EXPECT_FALSE(tables.verify(one.raw(), message, bad, one.set));
  EXPECT_EQ(tables.status().state, State::on) << "a refusal that libsodium shares is no fault";
}

TEST_F(Tables, ThatRefuseWhatLibsodiumAcceptsAreStopped) {
  give(one, false);
  EXPECT_FALSE(one.accepted_by(tables)) << "any difference refuses";
  expect_fault();
  EXPECT_TRUE(one.accepted_by(tables)) << "by libsodium from now on";
}

TEST_F(Tables, ThatAcceptWhatLibsodiumRefusesAreStoppedByOneIn1024) {
  give(one, true);
  std::size_t let_in = 0;
  while (tables.verify(one.raw(), message, bad, one.set)) ASSERT_LT(++let_in, 20'000);
  EXPECT_GT(let_in, 0) << "by this seed";
  expect_fault();
  EXPECT_FALSE(tables.verify(one.raw(), message, bad, one.set));
}

TEST_F(Tables, ThatDoNotHoldAreAFault) {
  tables.made(use(one).key, nullptr);
  expect_fault();
  EXPECT_TRUE(one.accepted_by(tables));
}

TEST_F(Tables, OfAnotherKeyAreAFault) {
  const Issuer other{1};
  tables.made(use(one).key, std::make_shared<const Told>(other.raw(), true));
  expect_fault();
}

TEST_F(Tables, AreStoppedForAllOfAProcess) {
  KeyTables others{true, 2, stop};
  tables.made(use(one).key, nullptr);
  EXPECT_EQ(others.status().state, State::stopped);
  EXPECT_EQ(others.status().faults, 0) << "counted where they were found";
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(one.accepted_by(others));
  EXPECT_FALSE(others.has_work());
}

TEST_F(Tables, AreWantedAgainWhereMemoryWasMissing) {
  tables.put_off(use(one).key);
  EXPECT_EQ(use(one).key, one.raw());
}

TEST_F(Tables, AreNeverWantedWhereTheyAreOff) {
  KeyTables off{false, 1, stop};
  for (int i = 0; i < 200; ++i) EXPECT_TRUE(one.accepted_by(off));
  EXPECT_FALSE(off.has_work());
  EXPECT_EQ(off.status().state, State::off);
}

TEST_F(Tables, AreOfAtMost32KeysUntilOneIsListedNoMore) {
  const Issuer many{KeyTables::max_keys + 1};
  for (std::size_t i = 0; i < KeyTables::max_keys; ++i)
    tables.made(use(many, i).key, std::make_shared<const Told>(many.raw(i), true));
  EXPECT_EQ(tables.status().keys, KeyTables::max_keys);
  for (int i = 0; i < 300; ++i) EXPECT_TRUE(many.accepted_by(tables, KeyTables::max_keys));
  EXPECT_FALSE(tables.has_work()) << "all 32 are listed";

  for (std::uint32_t i = 0; i < 2 * KeyTables::tokens_before; ++i) EXPECT_TRUE(one.accepted_by(tables));
  EXPECT_EQ(tables.take_wanted().value().key, one.raw()) << "its set lists none of the 32";
  EXPECT_EQ(tables.status().keys, KeyTables::max_keys - 1);
}

TEST_F(Tables, ThatComeTooLateAreDropped) {
  const WantedCheck wanted = use(one);
  const Issuer many{KeyTables::max_keys};
  for (std::size_t i = 0; i < many.keys.size(); ++i)
    for (std::uint32_t j = 0; j < 2 * KeyTables::tokens_before; ++j) EXPECT_TRUE(many.accepted_by(tables, i));
  const std::size_t before = tables.status().keys;
  tables.made(wanted.key, std::make_shared<const Told>(one.raw(), true));
  EXPECT_EQ(tables.status().keys, before);
}

}  // namespace
}  // namespace drawbridge::ed25519
