#pragma once

// The statements of tags on PostgreSQL; as those of tasks.

namespace drawbridge::api::postgres_sql {

/// As list_tasks: the total, then id, name, color.
inline constexpr const char* list_tags = R"sql(
SELECT counted.total, page.id, page.name, page.color
FROM (SELECT count(*) AS total FROM tags
      WHERE user_id = $1 AND EXISTS (SELECT FROM "user" WHERE "user".uuid = $1)) AS counted
LEFT JOIN (SELECT id, name, color FROM tags
           WHERE user_id = $1 AND EXISTS (SELECT FROM "user" WHERE "user".uuid = $1)
           ORDER BY name LIMIT $2 OFFSET $3) AS page ON true
ORDER BY page.name)sql";

inline constexpr const char* get_tag = R"sql(
SELECT id, name, color FROM tags
WHERE user_id = $1 AND id = $2 AND EXISTS (SELECT FROM "user" WHERE "user".uuid = $1))sql";

/// A row when the owner has more than $2.
inline constexpr const char* tag_beyond = R"sql(
SELECT FROM tags WHERE user_id = $1 LIMIT 1 OFFSET $2)sql";

/// No row when the owner has a tag of that name.
inline constexpr const char* insert_tag = R"sql(
INSERT INTO tags (user_id, name, color) VALUES ($1, $2, $3)
ON CONFLICT (user_id, name) DO NOTHING RETURNING id)sql";

/// $4: whether there is a new color, which may be null; a null name leaves it.
inline constexpr const char* update_tag = R"sql(
UPDATE tags SET name = coalesce($3, name), color = CASE WHEN $4 THEN $5 ELSE color END
WHERE user_id = $1 AND id = $2 AND EXISTS (SELECT FROM "user" WHERE "user".uuid = $1)
RETURNING id, name, color)sql";

inline constexpr const char* delete_tag = R"sql(
DELETE FROM tags
WHERE user_id = $1 AND id = $2 AND EXISTS (SELECT FROM "user" WHERE "user".uuid = $1))sql";

}  // namespace drawbridge::api::postgres_sql
