//! A page of 20 tasks with their tags out of SQLite, in the form of our own API, where DATABASE names a file.

use std::{collections::HashMap, env, sync::Mutex};

use rusqlite::{Connection, Result};
use serde::Serialize;

const COUNT: &str = "SELECT count(*) FROM tasks WHERE user_id = ?1";
const LIST: &str = "SELECT id, title, description, completed, priority, due_date, reminder_at, created_at, updated_at
  FROM tasks WHERE user_id = ?1 ORDER BY created_at DESC, id LIMIT 20";
const TAGS: &str = "SELECT page.id, tags.id, tags.name, tags.color
  FROM (SELECT id FROM tasks WHERE user_id = ?1 ORDER BY created_at DESC, id LIMIT 20) AS page
  CROSS JOIN task_tags ON task_tags.user_id = ?1 AND task_tags.task_id = page.id
  CROSS JOIN tags ON tags.id = task_tags.tag_id";

#[derive(Serialize)]
struct Tag {
    id: i64,
    name: String,
    color: Option<String>,
}

#[derive(Serialize)]
struct Task {
    id: String,
    user_id: String,
    title: String,
    description: Option<String>,
    completed: bool,
    priority: Option<&'static str>,
    due_date: Option<String>,
    reminder_at: Option<String>,
    tags: Vec<Tag>,
    created_at: String,
    updated_at: String,
}

#[derive(Serialize)]
pub struct Page {
    items: Vec<Task>,
    total: i64,
    page: i64,
    limit: i64,
    pages: i64,
}

/// One connection with its statements prepared: there is one thread.
pub struct Tasks(Mutex<Connection>);

impl Tasks {
    pub fn from_environment() -> Option<Self> {
        Some(Self(Mutex::new(Connection::open(env::var("DATABASE").ok()?).unwrap())))
    }

    pub fn page(&self, owner: &str) -> Result<Page> {
        let connection = self.0.lock().unwrap();
        let transaction = connection.unchecked_transaction()?;
        let total = transaction.prepare_cached(COUNT)?.query_row([owner], |row| row.get(0))?;
        let mut tags: HashMap<String, Vec<Tag>> = HashMap::with_capacity(20);
        let mut statement = transaction.prepare_cached(TAGS)?;
        let mut rows = statement.query([owner])?;
        while let Some(row) = rows.next()? {
            let tag = Tag { id: row.get(1)?, name: row.get(2)?, color: row.get(3)? };
            tags.entry(row.get(0)?).or_default().push(tag);
        }
        let mut statement = transaction.prepare_cached(LIST)?;
        let items = statement.query_map([owner], |row| {
            let id: String = row.get(0)?;
            let mut of_task = tags.remove(&id).unwrap_or_default();
            of_task.sort_unstable_by(|a, b| a.name.cmp(&b.name));
            let priority: Option<i64> = row.get(4)?;
            Ok(Task {
                id,
                user_id: owner.to_owned(),
                title: row.get(1)?,
                description: row.get(2)?,
                completed: row.get(3)?,
                priority: priority.map(|number| ["low", "medium", "high"][number as usize - 1]),
                due_date: row.get(5)?,
                reminder_at: row.get(6)?,
                tags: of_task,
                created_at: row.get(7)?,
                updated_at: row.get(8)?,
            })
        })?;
        Ok(Page { items: items.collect::<Result<_>>()?, total, page: 1, limit: 20, pages: (total + 19) / 20 })
    }
}
