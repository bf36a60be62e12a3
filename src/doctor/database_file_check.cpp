#include "doctor/database_file_check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/errors/hints.h"

namespace drawbridge::doctor {
namespace {

constexpr std::size_t longest_path = 256;

std::string paths_of(const std::vector<schema::OpenFile>& files, bool written) {
  std::vector<std::string> paths;
  for (const auto& file : files)
    if (file.is_written == written) paths.push_back(display_text(file.path, longest_path));
  return fmt::format("{}", fmt::join(paths, ", "));
}

}  // namespace

void judge_database_file(Report& report, const schema::BridgeFacts& facts) {
  constexpr std::string_view id = "database.file";
  constexpr const char* remedy =
      "remove their access: chmod go-rwx for files, chmod 700 for their folder; start Better Auth with umask "
      "077, so that only its own user can access the files it makes";
  if (facts.product != "sqlite")
    return report.ok(id, "the database is on a server, so there is no file to check");
  if (const std::string written = paths_of(facts.open_files, true); !written.empty())
    report.fault(
        id, fmt::format("every user of this machine can change {}", written),
        "it contains the sessions and the signing keys: anyone who can change it can sign in as any user",
        remedy);
  else if (const std::string read = paths_of(facts.open_files, false); !read.empty())
    report.warning(id, fmt::format("every user of this machine can read {}", read),
                   "it contains session tokens, password hashes and what users wrote", remedy);
  else
    report.ok(id, "no other user of this machine can read the database file");
}

}  // namespace drawbridge::doctor
