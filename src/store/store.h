#pragma once

// The port to the database: what the HTTP API asks of any store, in the words of the API.
//
// There is no query without an owner. Every function takes the Identity, which only a Verifier makes,
// and reads the owner's UUID from it, never from a path.

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "drawbridge/identity.h"
#include "drawbridge/uuid.h"

#include "core/text/time_text.h"

namespace drawbridge::store {

using drawbridge::Instant;

enum class Priority { low, medium, high };

struct Tag {
  std::int64_t id;
  std::string name;
  std::optional<std::string> color;  ///< `#RRGGBB`
};

struct Task {
  Uuid id;
  Uuid user_id;
  std::string title;
  std::optional<std::string> description;
  bool completed;
  std::optional<Priority> priority;
  std::optional<Instant> due_date;
  std::optional<Instant> reminder_at;
  std::vector<Tag> tags;  ///< by name
  Instant created_at;
  Instant updated_at;
};

struct NewTag {
  std::string name{};
  std::optional<std::string> color{};
};

/// What a PATCH changes. Outer optional: absent leaves the value; inner optional: null clears it.
struct TagChange {
  std::optional<std::string> name{};
  std::optional<std::optional<std::string>> color{};
};

struct NewTask {
  std::string title{};
  std::optional<std::string> description{};
  bool completed = false;
  std::optional<Priority> priority{};
  std::optional<Instant> due_date{};
  std::optional<Instant> reminder_at{};
  std::vector<std::int64_t> tag_ids{};  ///< none twice
};

/// What a PATCH changes, as in TagChange.
struct TaskChange {
  std::optional<std::string> title{};
  std::optional<std::optional<std::string>> description{};
  std::optional<bool> completed{};
  std::optional<std::optional<Priority>> priority{};
  std::optional<std::optional<Instant>> due_date{};
  std::optional<std::optional<Instant>> reminder_at{};
  std::optional<std::vector<std::int64_t>> tag_ids{};  ///< all of them, none twice
};

inline constexpr std::int64_t max_page_limit = 100;

/// Which page of a list: `page` counts from 1, `limit` is 1 to max_page_limit.
struct PageRequest {
  std::int64_t page = 1;
  std::int64_t limit = 20;
};

/// Which of an owner's tasks; a task must satisfy all that is given.
struct TaskFilter {
  std::optional<bool> completed{};
  std::optional<Priority> priority{};
  std::vector<std::int64_t> any_tag_of{};  ///< empty: whatever its tags
  std::optional<Instant> due_after{};      ///< `due_date` at or after it
  std::optional<Instant> due_before{};     ///< `due_date` before it
  /// Title or description contains it, letter case (Unicode) ignored; empty: whatever they are.
  std::string search{};
};

enum class SortBy { created_at, due_date, priority, title };
enum class Order { ascending, descending };

struct TaskListRequest {
  TaskFilter filter{};
  SortBy sort_by = SortBy::created_at;
  Order order = Order::descending;
  PageRequest page{};
};

/// One page of an owner's rows, and how many there are on all pages.
template <class T>
struct Page {
  std::vector<T> items{};
  std::int64_t total = 0;
};

struct StoreError {
  enum class Kind {
    not_found,                ///< the owner has no such row
    user_unknown,             ///< a write by a user who is no longer in the database
    reminder_not_before_due,  ///< a change would leave `reminder_at` at or after `due_date`
    tag_unknown,              ///< one of `tag_ids` is no tag of the owner's; `index` says which
    name_taken,               ///< the owner has another tag of that name
    unavailable,              ///< the database cannot be used now
    internal,                 ///< a fault of this program: an Identity without `uuid`, a value out of bounds
  };
  Kind kind;
  std::string text;       ///< for the log: one line, no values
  std::size_t index = 0;  ///< into `tag_ids`, from 0
};

template <class T>
using Result = std::expected<T, StoreError>;

/// What a session is for.
enum class Access { read, write };

/// One connection to the database. Used by one thread at a time; every call may block on the disk or
/// the network. A function that changes something does so in one transaction.
class Session {
 public:
  virtual ~Session() = default;

  /// Rows without the value that is sorted by come last in both orders, ties are ordered by id. Titles are
  /// compared with letter case ignored. Past the end: no items.
  virtual Result<Page<Task>> list_tasks(const Identity& owner, const TaskListRequest& request) = 0;
  virtual Result<Task> get_task(const Identity& owner, const Uuid& id) = 0;
  virtual Result<Task> create_task(const Identity& owner, const NewTask& task, Instant now) = 0;
  virtual Result<Task> change_task(const Identity& owner, const Uuid& id, const TaskChange& change,
                                   Instant now) = 0;
  /// Turns `completed` round.
  virtual Result<Task> toggle_task(const Identity& owner, const Uuid& id, Instant now) = 0;
  virtual Result<void> delete_task(const Identity& owner, const Uuid& id) = 0;

  /// By name, in the order of code points. Past the end: no items.
  virtual Result<Page<Tag>> list_tags(const Identity& owner, const PageRequest& page) = 0;
  virtual Result<Tag> get_tag(const Identity& owner, std::int64_t id) = 0;
  /// An id is never used again.
  virtual Result<Tag> create_tag(const Identity& owner, const NewTag& tag) = 0;
  virtual Result<Tag> change_tag(const Identity& owner, std::int64_t id, const TagChange& change) = 0;
  /// Takes it off the tasks that have it.
  virtual Result<void> delete_tag(const Identity& owner, std::int64_t id) = 0;

  /// Whether the API can work: our tables are up to date and Better Auth's `user` is there with its
  /// `uuid`. The error's text says what is missing and what to do.
  virtual Result<void> check_ready() = 0;
};

/// Database threads, each with a Session of its own. Any thread may call.
class Store {
 public:
  using Work = std::move_only_function<void(Session&)>;

  /// Finishes the work that was taken, then ends the threads.
  virtual ~Store() = default;

  /// Runs `work` on a database thread. False when too much work is waiting: `work` will not be run.
  /// Reads do not wait for writes.
  [[nodiscard]] virtual bool read(Work work) = 0;
  [[nodiscard]] virtual bool write(Work work) = 0;
};

}  // namespace drawbridge::store
