#pragma once

// The statements of tags on SQLite; as those of tasks.

#include <array>

namespace drawbridge::api::sqlite_sql {

inline constexpr const char* count_tags = R"sql(
SELECT count(*) FROM tags
WHERE user_id = :user_id AND EXISTS (SELECT 1 FROM "user" WHERE "user".uuid = :user_id))sql";

inline constexpr const char* list_tags = R"sql(
SELECT id, name, color FROM tags
WHERE user_id = :user_id AND EXISTS (SELECT 1 FROM "user" WHERE "user".uuid = :user_id)
ORDER BY name LIMIT :limit OFFSET :offset)sql";

inline constexpr const char* get_tag = R"sql(
SELECT id, name, color FROM tags
WHERE user_id = :user_id AND id = :id AND EXISTS (SELECT 1 FROM "user" WHERE "user".uuid = :user_id))sql";

/// A row when the owner has more than `:most`.
inline constexpr const char* tag_beyond = R"sql(
SELECT 1 FROM tags WHERE user_id = :user_id LIMIT 1 OFFSET :most)sql";

inline constexpr const char* insert_tag = R"sql(
INSERT INTO tags (user_id, name, color) VALUES (:user_id, :name, :color))sql";

inline constexpr const char* update_tag = R"sql(
UPDATE tags SET name = :name, color = :color WHERE user_id = :user_id AND id = :id)sql";

inline constexpr const char* delete_tag = R"sql(
DELETE FROM tags WHERE user_id = :user_id AND id = :id)sql";

/// For the test of their query plans.
inline constexpr std::array all_of_tags{count_tags, list_tags,  get_tag,   tag_beyond,
                                        insert_tag, update_tag, delete_tag};

}  // namespace drawbridge::api::sqlite_sql
