#include "api/tasks/postgres_sql.h"

#include <array>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace drawbridge::api::postgres_sql {
namespace {

constexpr std::string_view owners_tasks = R"sql(
  FROM tasks
  WHERE user_id = $1 AND EXISTS (SELECT FROM "user" WHERE "user".uuid = $1))sql";

// One text whatever is asked for, so that there are few statements to keep prepared.
constexpr std::string_view that_pass = R"sql(
    AND ($4::boolean IS NULL OR completed = $4)
    AND ($5::smallint IS NULL OR priority = $5)
    AND ($6::timestamptz IS NULL OR due_date >= $6)
    AND ($7::timestamptz IS NULL OR due_date < $7)
    AND ($8::bigint[] IS NULL OR EXISTS (
      SELECT FROM task_tags
      WHERE task_tags.user_id = $1 AND task_tags.task_id = tasks.id AND task_tags.tag_id = ANY ($8)))
    AND ($9::text IS NULL
         OR position((SELECT letter_case_folded($9)) IN coalesce(title_folded, letter_case_folded(title))) > 0
         OR position((SELECT letter_case_folded($9))
                     IN coalesce(description_folded, letter_case_folded(description))) > 0))sql";

constexpr std::string_view tags_of = R"sql((
  SELECT json_agg(json_build_array(tags.id, tags.name, tags.color))
  FROM task_tags JOIN tags ON tags.user_id = $1 AND tags.id = task_tags.tag_id
  WHERE task_tags.user_id = $1 AND task_tags.task_id = {}.id))sql";

struct SortKey {
  std::string_view text;
  /// Where there is no null, NULLS LAST would only keep the index from being used.
  bool has_nulls;
};
constexpr std::array sort_keys{
    SortKey{"created_at", false}, SortKey{"due_date", true}, SortKey{"priority", true},
    SortKey{// Folded while it is read where a trigger was off.
            R"(coalesce(title_folded, letter_case_folded(title)) COLLATE "C")", false}};
constexpr std::array orders{"ASC", "DESC"};
constexpr std::array filters{std::string_view{}, that_pass};

std::string milliseconds(std::string_view column) {
  return fmt::format("floor(extract(epoch FROM {}) * 1000)::bigint", column);
}

/// The columns of a task that is called `table`.
std::string columns(std::string_view table) {
  return fmt::format(
      "{0}.id, {0}.title, {0}.description, {0}.completed, {0}.priority,\n  {1}, {2},\n  {3}, {4},\n  {5}",
      table, milliseconds(fmt::format("{}.due_date", table)),
      milliseconds(fmt::format("{}.reminder_at", table)), milliseconds(fmt::format("{}.created_at", table)),
      milliseconds(fmt::format("{}.updated_at", table)), fmt::vformat(tags_of, fmt::make_format_args(table)));
}

std::string list_text(std::string_view filter, const SortKey& key, std::string_view order) {
  const std::string ordered = fmt::format("sort_key {}{}", order, key.has_nulls ? " NULLS LAST" : "");
  return fmt::format(
      "\nSELECT counted.total, {}\nFROM (\n  SELECT count(*) AS total{}{}) AS counted\nLEFT JOIN (\n"
      "  SELECT id, title, description, completed, priority, due_date, reminder_at, created_at, updated_at,\n"
      "         {} AS sort_key{}{}\n  ORDER BY {}, id LIMIT $2 OFFSET $3) AS page ON true\nORDER BY page.{}, "
      "page.id",
      columns("page"), owners_tasks, filter, key.text, owners_tasks, filter, ordered, ordered);
}

/// The same, with a filter that costs more than to keep what passes: each row is looked at once, for the
/// total and for the page.
std::string search_text(const SortKey& key, std::string_view order) {
  const std::string ordered = fmt::format("sort_key {}{}", order, key.has_nulls ? " NULLS LAST" : "");
  return fmt::format(
      "\nWITH found AS MATERIALIZED (\n  SELECT id, {} AS sort_key{}{})\nSELECT counted.total, {}\nFROM "
      "(SELECT "
      "count(*) AS total FROM found) AS counted\nLEFT JOIN (\n  SELECT tasks.*, sort_key\n  FROM (SELECT * "
      "FROM "
      "found ORDER BY {}, id LIMIT $2 OFFSET $3) AS chosen\n  JOIN tasks ON tasks.user_id = $1 AND tasks.id "
      "= "
      "chosen.id) AS page ON true\nORDER BY page.{}, page.id",
      key.text, owners_tasks, that_pass, columns("page"), ordered, ordered);
}

/// Made once.
struct Texts {
  using OfEachKey = std::array<std::array<std::string, orders.size()>, sort_keys.size()>;
  std::array<OfEachKey, filters.size()> list;
  OfEachKey search;

  Texts() {
    for (std::size_t f = 0; f < filters.size(); ++f)
      for (std::size_t k = 0; k < sort_keys.size(); ++k)
        for (std::size_t o = 0; o < orders.size(); ++o)
          list[f][k][o] = list_text(filters[f], sort_keys[k], orders[o]);
    for (std::size_t k = 0; k < sort_keys.size(); ++k)
      for (std::size_t o = 0; o < orders.size(); ++o) search[k][o] = search_text(sort_keys[k], orders[o]);
  }
};

const Texts& texts() {
  static const Texts made;
  return made;
}

std::string get_text() {
  return fmt::format(
      "\nSELECT {}\nFROM tasks\nWHERE user_id = $1 AND id = $2 AND EXISTS (SELECT FROM \"user\" WHERE "
      "\"user\".uuid = $1)",
      columns("tasks"));
}

std::string insert_text(std::string_view places) {
  return fmt::format(
      "\nINSERT INTO tasks (user_id, id, title, description, completed, priority, due_date, reminder_at, "
      "created_at,\n                   updated_at)\nSELECT $1::uuid, $2::uuid, $3::text, $4::text, "
      "$5::boolean, $6::smallint, $7::timestamptz, $8::timestamptz,\n       $9::timestamptz, "
      "$9::timestamptz\nWHERE $10::bigint = 0 OR {0} > 0 AND NOT EXISTS (\n  SELECT FROM tasks WHERE user_id "
      "= $1 LIMIT 1 OFFSET greatest({0} - 1, 0))",
      places);
}

const std::string get_task_text = get_text();
const std::string lock_task_text = get_text() + " FOR UPDATE OF tasks";
const std::string insert_task_sharing_text =
    insert_text("($10 - current_setting('max_connections')::bigint)");
const std::string insert_task_alone_text = insert_text("$10");

}  // namespace

const char* const insert_task_sharing = insert_task_sharing_text.c_str();
const char* const insert_task_alone = insert_task_alone_text.c_str();
const char* const get_task = get_task_text.c_str();
const char* const lock_task = lock_task_text.c_str();

const char* list_tasks(Filter filter, SortBy sort_by, Order order) {
  const auto& list =
      filter == Filter::search ? texts().search : texts().list[static_cast<std::size_t>(filter)];
  return list[static_cast<std::size_t>(sort_by)][static_cast<std::size_t>(order)].c_str();
}

}  // namespace drawbridge::api::postgres_sql
