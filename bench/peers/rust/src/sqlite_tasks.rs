//! The page out of SQLite.

use std::{collections::HashMap, sync::Mutex};

use rusqlite::{Connection, Result};

use crate::tasks::{Page, Tag, Task, priority};

const COUNT: &str = "SELECT count(*) FROM tasks WHERE user_id = ?1";
const LIST: &str = "SELECT id, title, description, completed, priority, due_date, reminder_at, created_at, updated_at
  FROM tasks WHERE user_id = ?1 ORDER BY created_at DESC, id LIMIT 20";
const TAGS: &str = "SELECT page.id, tags.id, tags.name, tags.color
  FROM (SELECT id FROM tasks WHERE user_id = ?1 ORDER BY created_at DESC, id LIMIT 20) AS page
  CROSS JOIN task_tags ON task_tags.user_id = ?1 AND task_tags.task_id = page.id
  CROSS JOIN tags ON tags.id = task_tags.tag_id";

/// One connection with its statements prepared: there is one thread.
pub struct SqliteTasks(Mutex<Connection>);

impl SqliteTasks {
    pub fn open(file: &str) -> Self {
        Self(Mutex::new(Connection::open(file).unwrap()))
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
            let tags = tags.remove(&id).unwrap_or_default();
            Ok(Task {
                id,
                user_id: owner.to_owned(),
                title: row.get(1)?,
                description: row.get(2)?,
                completed: row.get(3)?,
                priority: row.get::<_, Option<i64>>(4)?.map(priority),
                due_date: row.get(5)?,
                reminder_at: row.get(6)?,
                tags,
                created_at: row.get(7)?,
                updated_at: row.get(8)?,
            })
        })?;
        Ok(Page::first(items.collect::<Result<_>>()?, total))
    }
}
