#include "issuer/folder_trust.h"

#include <sys/stat.h>
#include <unistd.h>

#include "core/text/filled.h"

namespace drawbridge::fetch {
namespace {

namespace fs = std::filesystem;

bool is_trusted(uid_t owner) {
  return owner == 0 || owner == ::geteuid();
}

/// Of one folder, or of the symbolic link that stands for one.
std::string fault_of(const fs::path& folder) {
  struct stat facts{};
  if (::lstat(folder.c_str(), &facts) != 0) return {};
  if (!is_trusted(facts.st_uid))
    return filled("lies below {}, which belongs to another user", folder.string());
  // A link says nothing by its own mode; what it leads to is looked at without it.
  const bool others_write = (facts.st_mode & (S_IWGRP | S_IWOTH)) != 0 && (facts.st_mode & S_ISVTX) == 0;
  if (S_ISDIR(facts.st_mode) && others_write)
    return filled("lies below {}, which other users can write to: chmod go-w {}", folder.string(),
                  folder.string());
  return {};
}

std::string fault_up_from(fs::path folder) {
  while (true) {
    if (std::string fault = fault_of(folder); !fault.empty()) return fault;
    if (folder == folder.root_path() || !folder.has_parent_path()) return {};
    folder = folder.parent_path();
  }
}

}  // namespace

std::string folder_fault(const fs::path& file) {
  std::error_code unknown;
  const fs::path as_spelt = fs::absolute(file, unknown).parent_path();
  if (unknown) return {};
  if (std::string fault = fault_up_from(as_spelt); !fault.empty()) return fault;
  const fs::path without_links = fs::canonical(as_spelt, unknown);
  return unknown ? std::string{} : fault_up_from(without_links);
}

}  // namespace drawbridge::fetch
