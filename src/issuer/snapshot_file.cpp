#include "issuer/snapshot_file.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <tuple>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/jose/strict_json.h"
#include "core/text/filled.h"
#include "core/text/json_writer.h"
#include "core/text/whole_number.h"
#include "issuer/folder_trust.h"

namespace drawbridge::fetch {
namespace {

constexpr std::size_t max_file_size = 4 * 1024 * 1024;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_{fd} {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  bool good() const { return fd_ >= 0; }

 private:
  int fd_;
};

/// Why the open file is not to be believed; empty when it is.
std::string distrust(int fd) {
  struct stat facts{};
  if (::fstat(fd, &facts) != 0) return "cannot be examined";
  if (!S_ISREG(facts.st_mode)) return "is not a regular file";
  if (facts.st_uid != ::geteuid()) return "belongs to another user";
  // In a sticky folder a second name would let others bring an old file of ours back.
  if (facts.st_nlink > 1) return "has more than one hard link";
  if ((facts.st_mode & (S_IWGRP | S_IWOTH)) != 0) return "can be written by other users: chmod 600";
  if (facts.st_size > static_cast<off_t>(max_file_size)) return "is too large";
  return {};
}

std::optional<std::string> read_all(int fd) {
  std::string text;
  char buffer[16 * 1024];
  while (true) {
    const ssize_t count = ::read(fd, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::nullopt;
    if (count == 0) return text;
    text.append(buffer, static_cast<std::size_t>(count));
    if (text.size() > max_file_size) return std::nullopt;
  }
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(fd, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

/// Replaces the file, whole or not at all, by one with mode 0600. Otherwise errno says why not.
bool replace(const std::filesystem::path& path, std::string_view text) {
  std::string temporary = path.string() + ".XXXXXX";
  const Descriptor file{::mkostemp(temporary.data(), O_CLOEXEC)};
  if (!file.good()) return false;
  if (!write_all(file.get(), text) || ::fsync(file.get()) != 0 ||
      ::rename(temporary.c_str(), path.c_str()) != 0) {
    const int why = errno;
    ::unlink(temporary.c_str());
    errno = why;
    return false;
  }
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  const Descriptor directory{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (directory.good()) ::fsync(directory.get());
  return true;
}

/// What the file holds, or why it is not to be believed.
std::expected<std::string, std::string> read_trusted(const std::filesystem::path& path) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)};
  if (!file.good())
    return std::unexpected{std::string{errno == ELOOP ? "is a symbolic link" : std::strerror(errno)}};
  if (std::string why = distrust(file.get()); !why.empty()) return std::unexpected{std::move(why)};
  if (std::string why = folder_fault(path); !why.empty()) return std::unexpected{std::move(why)};
  auto text = read_all(file.get());
  if (!text) return std::unexpected{std::string{"cannot be read"}};
  return *std::move(text);
}

bool is_there(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::exists(std::filesystem::symlink_status(path, ignored));
}

}  // namespace

std::filesystem::path SnapshotFile::mark() const {
  return path_.string() + ".latest";
}

bool SnapshotFile::exists() const {
  return is_there(path_);
}

/// A mark that says nothing refuses every set: it would be the way around it.
bool SnapshotFile::is_latest(std::chrono::sys_seconds fetched_at) const {
  if (!is_there(mark())) return true;
  const auto text = read_trusted(mark());
  const auto latest = text ? whole_number<std::int64_t>(*text, 0) : std::nullopt;
  return latest && fetched_at.time_since_epoch().count() >= *latest;
}

std::expected<SnapshotFile::Restored, std::string> SnapshotFile::load(std::chrono::sys_seconds now) const {
  const auto refuse = [&](std::string_view why) {
    return std::unexpected{filled("The key snapshot {} {}.", path_.string(), why)};
  };
  const auto text = read_trusted(path_);
  if (!text) return refuse(text.error());

  simdjson::dom::parser parser;
  const auto document = parse_strict_object(parser, *text);
  if (!document) return refuse("was not written by Drawbridge");
  const auto url = string_member(*document, "url"), jwks = string_member(*document, "jwks");
  std::int64_t fetched_at = -1;
  if (const auto value = member(*document, "fetched_at")) std::ignore = value->get(fetched_at);
  if (!url || !jwks || fetched_at < 0) return refuse("was not written by Drawbridge");
  if (*url != jwks_url_) return refuse("is for a different URL");
  const std::chrono::sys_seconds at{std::chrono::seconds{fetched_at}};
  if (at > now) return refuse("is dated in the future");
  if (!is_latest(at)) return refuse(filled("is older than the latest one, according to {}", mark().string()));
  auto keys = KeySet::parse(*jwks);
  if (!keys) return refuse("does not contain a key set");
  return Restored{*std::move(keys), now - at};
}

std::string SnapshotFile::save(std::string_view jwks_json, std::chrono::sys_seconds fetched_at) const {
  if (const std::string why = folder_fault(path_); !why.empty())
    return filled("The key snapshot {} {}. It is not written.", path_.string(), why);
  const auto failed = [&] {
    return filled("The key snapshot {} could not be written: {}.", path_.string(), std::strerror(errno));
  };
  std::string text = R"({"url":)";
  append_json(text, jwks_url_);
  text += filled(R"(,"fetched_at":{},"jwks":)", fetched_at.time_since_epoch().count());
  append_json(text, jwks_json);
  text += '}';
  // The mark second: where the writing stops in between, it is of an earlier set, which refuses nothing.
  if (!replace(path_, text)) return failed();
  return replace(mark(), std::to_string(fetched_at.time_since_epoch().count())) ? std::string{} : failed();
}

}  // namespace drawbridge::fetch
