// The key set on disk: believed only when nobody else can have written it.

#include "issuer/snapshot_file.h"

#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "issuer/folder_trust.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/test_keys.h"

namespace drawbridge::fetch {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

const std::string url = "https://app.example.com/api/auth/jwks";
constexpr std::chrono::sys_seconds fetched_at{1'800'000'000s};

const std::string& good_set() {
  static const std::string set = test::jwks_of({test::TestKey::generate(Algorithm::eddsa, "key-1").jwk()});
  return set;
}

std::string file_text(std::string_view members) {
  return '{' + std::string{members} + '}';
}

std::string text_of(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

void write(const fs::path& path, std::string_view text) {
  std::ofstream{path, std::ios::binary} << text;
  fs::permissions(path, fs::perms{0600});
}

std::size_t entries_in(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator{folder}, fs::directory_iterator{}));
}

class SnapshotFileTest : public testing::Test {
 protected:
  void save() { ASSERT_EQ(file.save(good_set(), fetched_at), ""); }

  void expect_refused(std::string_view why, std::chrono::sys_seconds now = fetched_at + 60s) const {
    const auto restored = file.load(now);
    ASSERT_FALSE(restored) << why;
    EXPECT_EQ(restored.error(), "The key snapshot " + path.string() + ' ' + std::string{why} + '.');
  }

  test::ScratchDirectory scratch;
  fs::path path = scratch.path() / "keys.json";
  SnapshotFile file{path, url};
};

TEST_F(SnapshotFileTest, ComesBackWithItsAge) {
  EXPECT_FALSE(file.exists());
  save();
  EXPECT_TRUE(file.exists());
  const auto restored = file.load(fetched_at + 90s);
  ASSERT_TRUE(restored) << restored.error();
  EXPECT_EQ(restored->age, 90s);
  EXPECT_EQ(restored->keys.usable_count(), 1U);
  EXPECT_TRUE(restored->keys.has_kid("key-1"));
  ASSERT_TRUE(file.load(fetched_at));
  EXPECT_EQ(file.load(fetched_at)->age, 0s);
}

TEST_F(SnapshotFileTest, IsForItsOwnerAloneWhateverTheUmask) {
  const mode_t old_mask = ::umask(0);
  save();
  ::umask(old_mask);
  EXPECT_EQ(fs::status(path).permissions(), fs::perms{0600});
}

TEST_F(SnapshotFileTest, IsReplacedWholeAndLeavesNothingBeside) {
  write(path, "something old and much longer than any key set " + std::string(10'000, 'x'));
  fs::permissions(path, fs::perms{0666});
  save();
  EXPECT_TRUE(file.load(fetched_at));
  EXPECT_EQ(fs::status(path).permissions(), fs::perms{0600});
  EXPECT_EQ(entries_in(scratch.path()), 2U) << "it, and the mark that says when it was fetched";
}

TEST_F(SnapshotFileTest, ReplacesASymbolicLinkAndNotWhatItNames) {
  const fs::path other = scratch.path() / "other";
  write(other, "precious");
  fs::create_symlink(other, path);
  save();
  EXPECT_FALSE(fs::is_symlink(path));
  EXPECT_TRUE(file.load(fetched_at));
  EXPECT_EQ(text_of(other), "precious");
}

TEST_F(SnapshotFileTest, SaysWhyItCannotBeWrittenAndLosesNothing) {
  const SnapshotFile nowhere{scratch.path() / "absent" / "keys.json", url};
  EXPECT_EQ(nowhere.save(good_set(), fetched_at), "The key snapshot " +
                                                      (scratch.path() / "absent" / "keys.json").string() +
                                                      " could not be written: No such file or directory.");
  EXPECT_FALSE(fs::exists(scratch.path() / "absent"));

  const fs::path folder = scratch.path() / "folder";
  fs::create_directories(folder / "inside");
  const SnapshotFile occupied{folder, url};
  EXPECT_EQ(occupied.save(good_set(), fetched_at),
            "The key snapshot " + folder.string() + " could not be written: Is a directory.");
  EXPECT_TRUE(fs::exists(folder / "inside"));
  EXPECT_EQ(entries_in(scratch.path()), 1U) << "a temporary file was left";
}

TEST_F(SnapshotFileTest, OnceWrittenSurvivesAFailingWrite) {
  const fs::path folder = scratch.path() / "folder";
  fs::create_directory(folder);
  const SnapshotFile kept{folder / "keys.json", url};
  ASSERT_EQ(kept.save(good_set(), fetched_at), "");
  // The folder goes from where the writer looks for it, and comes back.
  fs::rename(folder, scratch.path() / "moved");
  EXPECT_NE(kept.save(R"({"keys":[]})", fetched_at + 1s), "");
  fs::rename(scratch.path() / "moved", folder);
  const auto restored = kept.load(fetched_at + 5s);
  ASSERT_TRUE(restored) << restored.error();
  EXPECT_EQ(restored->age, 5s);
  EXPECT_EQ(entries_in(folder), 2U);
}

TEST_F(SnapshotFileTest, WorksForAPathWithoutAFolder) {
  const fs::path before = fs::current_path();
  fs::current_path(scratch.path());
  const SnapshotFile here{"here.json", url};
  EXPECT_EQ(here.save(good_set(), fetched_at), "");
  EXPECT_TRUE(here.load(fetched_at));
  fs::current_path(before);
  EXPECT_TRUE(fs::exists(scratch.path() / "here.json"));
}

TEST_F(SnapshotFileTest, IsRefusedWhenAbsent) {
  expect_refused("No such file or directory");
}

TEST_F(SnapshotFileTest, IsRefusedWhenASymbolicLink) {
  const SnapshotFile real{scratch.path() / "real.json", url};
  ASSERT_EQ(real.save(good_set(), fetched_at), "");
  fs::create_symlink(scratch.path() / "real.json", path);
  EXPECT_TRUE(file.exists());
  expect_refused("is a symbolic link");
  fs::remove(scratch.path() / "real.json");
  EXPECT_TRUE(file.exists()) << "a dangling link is worth a word too";
}

TEST_F(SnapshotFileTest, IsRefusedWhenNoRegularFile) {
  fs::create_directory(path);
  expect_refused("is not a regular file");
  fs::remove(path);
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  expect_refused("is not a regular file");
}

TEST_F(SnapshotFileTest, IsRefusedWhenOthersCanWriteIt) {
  save();
  for (const unsigned mode : {0620U, 0602U, 0622U, 0666U, 0777U}) {
    SCOPED_TRACE(mode);
    fs::permissions(path, fs::perms{mode});
    expect_refused("can be written by other users: chmod 600");
  }
  fs::permissions(path, fs::perms{0644});
  EXPECT_TRUE(file.load(fetched_at)) << "reading public keys harms nobody";
}

TEST_F(SnapshotFileTest, IsRefusedWhenOfAnotherUser) {
  save();
  if (::geteuid() == 0) {
    ASSERT_EQ(::chown(path.c_str(), 65'534, static_cast<gid_t>(-1)), 0);
    expect_refused("belongs to another user");
  } else {
    const auto restored = SnapshotFile{"/etc/hostname", url}.load(fetched_at);
    ASSERT_FALSE(restored);
    EXPECT_EQ(restored.error(), "The key snapshot /etc/hostname belongs to another user.");
  }
}

TEST_F(SnapshotFileTest, IsRefusedAndNotWrittenWhereOthersCanWriteAFolderAboveIt) {
  const fs::path outer = scratch.path() / "outer";
  const fs::path folder = outer / "folder";
  fs::create_directories(folder);
  const struct {
    const char* name;
    unsigned outer_mode;
    unsigned folder_mode;
    const fs::path* named;  // null where it is believed
  } cases[] = {
      {"both the user's own", 0700, 0700, nullptr},
      {"others may look", 0755, 0755, nullptr},
      {"the group writes the folder", 0700, 0770, &folder},
      {"everybody writes the folder", 0755, 0777, &folder},
      {"everybody writes the folder above", 0777, 0700, &outer},
      {"the folder is sticky, as /tmp is", 0755, 01777, nullptr},
      {"the folder above is sticky", 01777, 0700, nullptr},
  };
  const SnapshotFile inside{folder / "keys.json", url};
  for (const auto& each : cases) {
    SCOPED_TRACE(each.name);
    fs::permissions(outer, fs::perms{0700});
    fs::permissions(folder, fs::perms{0700});
    ASSERT_EQ(inside.save(good_set(), fetched_at), "");
    fs::permissions(folder, fs::perms{each.folder_mode});
    fs::permissions(outer, fs::perms{each.outer_mode});
    const std::string fault =
        each.named == nullptr
            ? ""
            : "The key snapshot " + (folder / "keys.json").string() + " lies below " + each.named->string() +
                  ", which other users can write to: chmod go-w " + each.named->string() + '.';
    const auto restored = inside.load(fetched_at);
    EXPECT_EQ(restored ? "" : restored.error(), fault);
    EXPECT_EQ(inside.save(good_set(), fetched_at), fault.empty() ? "" : fault + " It is not written.");
  }
}

TEST_F(SnapshotFileTest, IsRefusedBehindALinkThatOthersCanTurn) {
  const fs::path open = scratch.path() / "open";
  const fs::path real = scratch.path() / "real";
  fs::create_directory(open);
  fs::create_directory(real);
  fs::create_directory_symlink(real, open / "link");
  const SnapshotFile behind{open / "link" / "keys.json", url};
  ASSERT_EQ(behind.save(good_set(), fetched_at), "");
  ASSERT_TRUE(behind.load(fetched_at));
  fs::permissions(open, fs::perms{0777});
  EXPECT_FALSE(behind.load(fetched_at)) << "the link could be another";
  fs::permissions(open, fs::perms{0700});
  fs::permissions(real, fs::perms{0777});
  EXPECT_FALSE(behind.load(fetched_at)) << "the folder that it leads to is open";
}

TEST_F(SnapshotFileTest, IsRefusedInAnotherUsersFolder) {
  if (::geteuid() != 0) {
    EXPECT_EQ(folder_fault("/etc/keys.json"), "") << "root's";
    return;
  }
  save();
  ASSERT_EQ(::chown(scratch.path().c_str(), 65'534, static_cast<gid_t>(-1)), 0);
  expect_refused("lies below " + scratch.path().string() + ", which belongs to another user");
}

TEST_F(SnapshotFileTest, IsRefusedUnderASecondName) {
  save();
  fs::create_hard_link(path, scratch.path() / "kept-by-others");
  expect_refused("has more than one hard link");
}

TEST_F(SnapshotFileTest, IsRefusedWhenOlderThanTheLatest) {
  const fs::path mark = path.string() + ".latest";
  const std::string older = "is older than the latest one, according to " + mark.string();
  save();
  const std::string old = text_of(path);
  ASSERT_EQ(file.save(good_set(), fetched_at + 30s), "");
  const std::string latest = text_of(path);
  EXPECT_TRUE(file.load(fetched_at + 60s));
  write(path, old);
  expect_refused(older);
  write(path, latest);
  EXPECT_TRUE(file.load(fetched_at + 60s));

  const std::pair<const char*, std::string> marks[] = {
      {"empty", ""}, {"no number", "yesterday"}, {"negative", "-1"}, {"more behind it", "1800000000 "}};
  for (const auto& [name, text] : marks) {
    SCOPED_TRACE(name);
    write(mark, text);
    expect_refused(older);
  }
  write(mark, "1800000000");
  EXPECT_TRUE(file.load(fetched_at + 60s))
      << "a mark of an earlier set, where the writing was stopped in between";
  fs::permissions(mark, fs::perms{0666});
  expect_refused(older);
  fs::remove(mark);
  fs::create_symlink(scratch.path() / "elsewhere", mark);
  expect_refused(older);
  fs::remove(mark);
  EXPECT_TRUE(file.load(fetched_at + 60s)) << "written before there were marks";
}

TEST_F(SnapshotFileTest, IsRefusedForAnotherUrl) {
  save();
  for (const std::string other :
       {"https://app.example.com/api/auth/jwks/", "http://app.example.com/api/auth/jwks",
        "https://evil.example.com/api/auth/jwks", ""}) {
    const auto restored = SnapshotFile{path, other}.load(fetched_at);
    ASSERT_FALSE(restored) << other;
    EXPECT_EQ(restored.error(), "The key snapshot " + path.string() + " is for a different URL.");
  }
}

TEST_F(SnapshotFileTest, IsRefusedFromTheFuture) {
  save();
  expect_refused("is dated in the future", fetched_at - 1s);
}

TEST_F(SnapshotFileTest, IsRefusedWhenItHoldsSomethingElse) {
  const std::string for_url = R"("url":")" + url + '"';
  const std::string at = R"("fetched_at":1800000000)";
  const std::string jwks = R"("jwks":"{\"keys\":[]}")";
  const std::string foreign = "was not written by Drawbridge";
  const struct {
    std::string name;
    std::string text;
    std::string why;
  } cases[] = {
      {"empty", "", foreign},
      {"not JSON", "keys", foreign},
      {"an array", "[]", foreign},
      {"an empty object", "{}", foreign},
      {"a bare key set", good_set(), foreign},
      {"no URL", file_text(at + ',' + jwks), foreign},
      {"a URL that is no text", file_text(R"("url":1,)" + at + ',' + jwks), foreign},
      {"no time", file_text(for_url + ',' + jwks), foreign},
      {"a negative time", file_text(for_url + R"(,"fetched_at":-1,)" + jwks), foreign},
      {"a fractional time", file_text(for_url + R"(,"fetched_at":1.5,)" + jwks), foreign},
      {"a time that is text", file_text(for_url + R"(,"fetched_at":"1800000000",)" + jwks), foreign},
      {"a time beyond 64 bits", file_text(for_url + R"(,"fetched_at":18446744073709551615,)" + jwks),
       foreign},
      {"the latest time", file_text(for_url + R"(,"fetched_at":9223372036854775807,)" + jwks),
       "is dated in the future"},
      {"no key set", file_text(for_url + ',' + at), foreign},
      {"a key set that is no text", file_text(for_url + ',' + at + R"(,"jwks":{"keys":[]})"), foreign},
      {"a key set without keys", file_text(for_url + ',' + at + R"(,"jwks":"{}")"),
       "does not contain a key set"},
      {"text behind", file_text(for_url + ',' + at + ',' + jwks) + "x", foreign},
  };
  for (const auto& each : cases) {
    SCOPED_TRACE(each.name);
    write(path, each.text);
    expect_refused(each.why);
  }
  write(path, file_text(for_url + ',' + at + ',' + jwks));
  EXPECT_TRUE(file.load(fetched_at)) << "the table's base is good";
}

TEST_F(SnapshotFileTest, IsRefusedAtEveryTruncation) {
  save();
  const std::string whole = text_of(path);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    write(path, whole.substr(0, size));
    EXPECT_FALSE(file.load(fetched_at)) << size;
  }
}

TEST_F(SnapshotFileTest, IsRefusedWhenTooLarge) {
  save();
  const std::string whole = text_of(path);
  constexpr std::size_t limit = 4 * 1024 * 1024;
  write(path, whole + std::string(limit - whole.size(), ' '));
  EXPECT_TRUE(file.load(fetched_at)) << "at the limit";
  write(path, whole + std::string(limit + 1 - whole.size(), ' '));
  expect_refused("is too large");
}

}  // namespace
}  // namespace drawbridge::fetch
