#pragma once

#include <filesystem>
#include <string>

namespace drawbridge::fetch {

/// Why others than this user and root could put another file in the place of `file`, or could have: a
/// sentence's end that names the folder, "lies below /srv/keys, which others can write: chmod go-w
/// /srv/keys". Empty when nobody could, and where the folder does not exist. Looked at is each folder from
/// the file up to the root, as the path is spelt and as it is without symbolic links. A sticky folder (/tmp)
/// passes: what is ours there nobody else can replace.
std::string folder_fault(const std::filesystem::path& file);

}  // namespace drawbridge::fetch
