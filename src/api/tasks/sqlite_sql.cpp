#include "api/tasks/sqlite_sql.h"

#include <array>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace drawbridge::api::sqlite_sql {
namespace {

constexpr std::string_view owners_tasks = R"sql(
FROM tasks
WHERE user_id = :user_id AND EXISTS (SELECT 1 FROM "user" WHERE "user".uuid = :user_id))sql";

// One text whatever is asked for, so that there are few statements to keep prepared. What is not asked for
// costs a comparison of a constant for each row; the order always comes from an index that begins with the
// owner.
constexpr std::string_view that_pass = R"sql(
  AND (:completed IS NULL OR completed = :completed)
  AND (:priority IS NULL OR priority = :priority)
  AND (:due_after IS NULL OR due_date >= :due_after)
  AND (:due_before IS NULL OR due_date < :due_before)
  AND (:tags IS NULL OR EXISTS (
    SELECT 1 FROM json_each(:tags) AS wanted
    CROSS JOIN task_tags ON task_tags.user_id = :user_id AND task_tags.task_id = tasks.id
                        AND task_tags.tag_id = wanted.value))
  AND (:search IS NULL OR instr(coalesce(title_folded, letter_case_folded(title)), :search)
       OR instr(coalesce(description_folded, letter_case_folded(description)), :search)))sql";

// A row that another program wrote has no folded texts.
constexpr std::array sort_keys{"created_at", "due_date", "priority",
                               "coalesce(title_folded, letter_case_folded(title))"};
constexpr std::array orders{"ASC", "DESC"};
constexpr std::array filters{std::string_view{}, that_pass};

/// Made once.
struct Texts {
  std::array<std::string, filters.size()> count;
  std::array<std::array<std::array<std::string, orders.size()>, sort_keys.size()>, filters.size()> list;

  Texts() {
    for (std::size_t f = 0; f < filters.size(); ++f) {
      count[f] = fmt::format("SELECT count(*){}{}", owners_tasks, filters[f]);
      for (std::size_t k = 0; k < sort_keys.size(); ++k) {
        for (std::size_t o = 0; o < orders.size(); ++o) {
          list[f][k][o] = fmt::format(
              "SELECT id, title, description, completed, priority, due_date, reminder_at, created_at, "
              "updated_at{}{}\nORDER BY {} {} NULLS LAST, id LIMIT :limit OFFSET :offset",
              owners_tasks, filters[f], sort_keys[k], orders[o]);
        }
      }
    }
  }
};

const Texts& texts() {
  static const Texts made;
  return made;
}

}  // namespace

const char* count_tasks(Filter filter) {
  return texts().count[static_cast<std::size_t>(filter)].c_str();
}

const char* list_tasks(Filter filter, SortBy sort_by, Order order) {
  const auto& list = texts().list[static_cast<std::size_t>(filter)];
  return list[static_cast<std::size_t>(sort_by)][static_cast<std::size_t>(order)].c_str();
}

std::vector<const char*> all_of_tasks() {
  std::vector<const char*> statements{get_task,    tags_of_tasks,  task_beyond, insert_task,
                                      update_task, fold_task,      delete_task, clear_task_tags,
                                      tag_task,    task_tag_beyond};
  for (const auto& text : texts().count) statements.push_back(text.c_str());
  for (const auto& of_filter : texts().list)
    for (const auto& of_key : of_filter)
      for (const auto& text : of_key) statements.push_back(text.c_str());
  return statements;
}

}  // namespace drawbridge::api::sqlite_sql
