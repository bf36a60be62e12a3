#pragma once

#include <chrono>
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>

#include "drawbridge/key_set.h"

namespace drawbridge::fetch {

/// The last good key set on disk, so that a restart survives an outage of the issuer. Whoever can write the
/// file can sign in as anyone, so it is believed only when nobody else could have written it, or put an old
/// one in its place.
class SnapshotFile {
 public:
  struct Restored {
    KeySet keys;
    std::chrono::seconds age;  ///< since the fetch that brought them
  };

  SnapshotFile(std::filesystem::path path, std::string jwks_url)
      : path_{std::move(path)}, jwks_url_{std::move(jwks_url)} {}

  /// The set, unless the file is absent, no regular file, not this user's, writable by others or in a folder
  /// that is, for another URL, from the future, older than the latest that was written, or not readable; the
  /// error says which in one line.
  std::expected<Restored, std::string> load(std::chrono::sys_seconds now) const;

  /// Writes the file whole or not at all, with mode 0600, and not where load() would not believe it. Empty
  /// when good, else one line.
  std::string save(std::string_view jwks_json, std::chrono::sys_seconds fetched_at) const;

  bool exists() const;

 private:
  std::filesystem::path mark() const;  ///< the file that says when the latest set was fetched
  bool is_latest(std::chrono::sys_seconds fetched_at) const;

  std::filesystem::path path_;
  std::string jwks_url_;
};

}  // namespace drawbridge::fetch
