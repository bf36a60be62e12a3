#include "issuer/snapshot_file.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>

#include <boost/json.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

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
  if ((facts.st_mode & (S_IWGRP | S_IWOTH)) != 0) return "can be written by others: chmod 600";
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

}  // namespace

bool SnapshotFile::exists() const {
  std::error_code ignored;
  return std::filesystem::exists(std::filesystem::symlink_status(path_, ignored));
}

std::expected<SnapshotFile::Restored, std::string> SnapshotFile::load(std::chrono::sys_seconds now) const {
  const auto refuse = [&](std::string_view why) {
    return std::unexpected{fmt::format("The key snapshot {} {}.", path_.string(), why)};
  };
  const Descriptor file{::open(path_.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)};
  if (!file.good()) return refuse(errno == ELOOP ? "is a symbolic link" : std::strerror(errno));
  if (const std::string why = distrust(file.get()); !why.empty()) return refuse(why);
  const auto text = read_all(file.get());
  if (!text) return refuse("cannot be read");

  boost::system::error_code fault;
  const auto document = boost::json::parse(*text, fault);
  const auto* members = fault ? nullptr : document.if_object();
  const auto* url = members != nullptr ? members->if_contains("url") : nullptr;
  const auto* fetched_at = members != nullptr ? members->if_contains("fetched_at") : nullptr;
  const auto* jwks = members != nullptr ? members->if_contains("jwks") : nullptr;
  if (url == nullptr || !url->is_string() || fetched_at == nullptr || !fetched_at->is_int64() ||
      fetched_at->get_int64() < 0 || jwks == nullptr || !jwks->is_string())
    return refuse("is not one that Drawbridge wrote");
  if (std::string_view{url->get_string()} != jwks_url_) return refuse("is for another URL");
  const std::chrono::sys_seconds at{std::chrono::seconds{fetched_at->get_int64()}};
  if (at > now) return refuse("is from the future");
  auto keys = KeySet::parse(std::string_view{jwks->get_string()});
  if (!keys) return refuse("holds no key set");
  return Restored{*std::move(keys), now - at};
}

std::string SnapshotFile::save(std::string_view jwks_json, std::chrono::sys_seconds fetched_at) const {
  const auto failed = [&] {
    return fmt::format("The key snapshot {} could not be written: {}.", path_.string(), std::strerror(errno));
  };
  const std::string text = boost::json::serialize(boost::json::object{
      {"url", jwks_url_}, {"fetched_at", fetched_at.time_since_epoch().count()}, {"jwks", jwks_json}});
  std::string temporary = path_.string() + ".XXXXXX";
  const Descriptor file{::mkostemp(temporary.data(), O_CLOEXEC)};  // mode 0600
  if (!file.good()) return failed();
  if (!write_all(file.get(), text) || ::fsync(file.get()) != 0 ||
      ::rename(temporary.c_str(), path_.c_str()) != 0) {
    std::string why = failed();
    ::unlink(temporary.c_str());
    return why;
  }
  const std::filesystem::path folder = path_.has_parent_path() ? path_.parent_path() : ".";
  const Descriptor directory{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (directory.good()) ::fsync(directory.get());
  return {};
}

}  // namespace drawbridge::fetch
