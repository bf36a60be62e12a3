#include "store/sqlite_sql.h"

#include <array>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace drawbridge::store::sql {
namespace {

// One text whatever is asked for, so that there are few statements to keep prepared. What is not asked for
// costs a comparison of a constant for each row; the order always comes from an index that begins with the
// owner.
constexpr std::string_view filtered_tasks = R"sql(
FROM tasks
WHERE user_id = :user_id AND EXISTS (SELECT 1 FROM "user" WHERE uuid = :user_id)
  AND (:completed IS NULL OR completed = :completed)
  AND (:priority IS NULL OR priority = :priority)
  AND (:due_after IS NULL OR due_date >= :due_after)
  AND (:due_before IS NULL OR due_date < :due_before)
  AND (:tags IS NULL OR EXISTS (
    SELECT 1 FROM json_each(:tags) AS wanted
    CROSS JOIN task_tags ON task_tags.user_id = :user_id AND task_tags.task_id = tasks.id
                        AND task_tags.tag_id = wanted.value))
  AND (:search IS NULL OR instr(letter_case_folded(title), :search)
       OR instr(letter_case_folded(description), :search)))sql";

constexpr std::array sort_keys{"created_at", "due_date", "priority", "letter_case_folded(title)"};

std::string list_tasks_text(std::string_view key, Order order) {
  return fmt::format(
      "SELECT id, title, description, completed, priority, due_date, reminder_at, created_at, updated_at{}\n"
      "ORDER BY {} {} NULLS LAST, id LIMIT :limit OFFSET :offset",
      filtered_tasks, key, order == Order::ascending ? "ASC" : "DESC");
}

/// Made once: by sort key, each ascending and descending.
const auto& list_tasks_texts() {
  static const auto texts = [] {
    std::array<std::array<std::string, 2>, sort_keys.size()> made;
    for (std::size_t i = 0; i < sort_keys.size(); ++i) {
      for (const Order order : {Order::ascending, Order::descending})
        made[i][static_cast<std::size_t>(order)] = list_tasks_text(sort_keys[i], order);
    }
    return made;
  }();
  return texts;
}

}  // namespace

const char* count_tasks() {
  static const std::string text = fmt::format("SELECT count(*){}", filtered_tasks);
  return text.c_str();
}

const char* list_tasks(SortBy sort_by, Order order) {
  return list_tasks_texts()[static_cast<std::size_t>(sort_by)][static_cast<std::size_t>(order)].c_str();
}

std::vector<const char*> all() {
  std::vector<const char*> statements{find_user,       count_all_tasks, count_tasks(), get_task,
                                      tags_of_tasks,   insert_task,     update_task,   delete_task,
                                      clear_task_tags, tag_task,        count_tags,    list_tags,
                                      get_tag,         insert_tag,      update_tag,    delete_tag};
  for (const auto& orders : list_tasks_texts())
    for (const auto& text : orders) statements.push_back(text.c_str());
  return statements;
}

}  // namespace drawbridge::store::sql
