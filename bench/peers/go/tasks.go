package main

import (
	"database/sql"
	"sort"

	_ "github.com/mattn/go-sqlite3"
)

const (
	countTasks = `SELECT count(*) FROM tasks WHERE user_id = ?1`
	listTasks  = `SELECT id, title, description, completed, priority, due_date, reminder_at, created_at, updated_at
  FROM tasks WHERE user_id = ?1 ORDER BY created_at DESC, id LIMIT 20`
	tagsOfTasks = `SELECT page.id, tags.id, tags.name, tags.color
  FROM (SELECT id FROM tasks WHERE user_id = ?1 ORDER BY created_at DESC, id LIMIT 20) AS page
  CROSS JOIN task_tags ON task_tags.user_id = ?1 AND task_tags.task_id = page.id
  CROSS JOIN tags ON tags.id = task_tags.tag_id`
)

type tag struct {
	ID    int64   `json:"id"`
	Name  string  `json:"name"`
	Color *string `json:"color"`
}

type task struct {
	ID          string  `json:"id"`
	UserID      string  `json:"user_id"`
	Title       string  `json:"title"`
	Description *string `json:"description"`
	Completed   bool    `json:"completed"`
	Priority    *string `json:"priority"`
	DueDate     *string `json:"due_date"`
	ReminderAt  *string `json:"reminder_at"`
	Tags        []tag   `json:"tags"`
	CreatedAt   string  `json:"created_at"`
	UpdatedAt   string  `json:"updated_at"`
}

type page struct {
	Items []task `json:"items"`
	Total int    `json:"total"`
	Page  int    `json:"page"`
	Limit int    `json:"limit"`
	Pages int    `json:"pages"`
}

var priorities = [...]string{"low", "medium", "high"}

// tasks are those of a file of SQLite: one connection with its statements prepared, for one core.
type tasks struct {
	database          *sql.DB
	count, list, tags *sql.Stmt
}

func openTasks(file string) tasks {
	database := must(sql.Open("sqlite3", "file:"+file+"?_mutex=no"))
	database.SetMaxOpenConns(1)
	return tasks{
		database,
		must(database.Prepare(countTasks)), must(database.Prepare(listTasks)), must(database.Prepare(tagsOfTasks)),
	}
}

func (t tasks) page(owner string) page {
	transaction := must(t.database.Begin())
	defer transaction.Rollback()
	found := page{Items: make([]task, 0, 20), Page: 1, Limit: 20}
	if err := transaction.Stmt(t.count).QueryRow(owner).Scan(&found.Total); err != nil {
		panic(err)
	}
	found.Pages = (found.Total + found.Limit - 1) / found.Limit
	tagsOf := make(map[string][]tag, found.Limit)
	each(must(transaction.Stmt(t.tags).Query(owner)), func(rows *sql.Rows) error {
		var id string
		var one tag
		err := rows.Scan(&id, &one.ID, &one.Name, &one.Color)
		tagsOf[id] = append(tagsOf[id], one)
		return err
	})
	each(must(transaction.Stmt(t.list).Query(owner)), func(rows *sql.Rows) error {
		one := task{UserID: owner}
		var priority sql.NullInt64
		err := rows.Scan(&one.ID, &one.Title, &one.Description, &one.Completed, &priority, &one.DueDate,
			&one.ReminderAt, &one.CreatedAt, &one.UpdatedAt)
		if priority.Valid {
			one.Priority = &priorities[priority.Int64-1]
		}
		one.Tags = tagsOf[one.ID]
		sort.Slice(one.Tags, func(a, b int) bool { return one.Tags[a].Name < one.Tags[b].Name })
		found.Items = append(found.Items, one)
		return err
	})
	return found
}

func each(rows *sql.Rows, read func(*sql.Rows) error) {
	defer rows.Close()
	for rows.Next() {
		if err := read(rows); err != nil {
			panic(err)
		}
	}
	if err := rows.Err(); err != nil {
		panic(err)
	}
}
