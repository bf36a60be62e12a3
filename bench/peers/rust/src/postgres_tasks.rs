//! The page out of PostgreSQL.

use std::error::Error;

use chrono::{DateTime, SecondsFormat, Utc};
use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod};
use tokio_postgres::{NoTls, Row};
use uuid::Uuid;

use crate::tasks::{Page, Tag, Task, priority};

const CONNECTIONS: usize = 16;

// One statement: one round trip, and one view of the data. A row for each tag costs PostgreSQL half of what arrays of tags do.
const PAGE: &str = "SELECT page.id, page.title, page.description, page.completed, page.priority, page.due_date,
    page.reminder_at, page.created_at, page.updated_at, tags.id, tags.name, tags.color,
    (SELECT count(*) FROM tasks WHERE user_id = $1)
  FROM (
    SELECT id, title, description, completed, priority, due_date, reminder_at, created_at, updated_at
    FROM tasks WHERE user_id = $1 ORDER BY created_at DESC, id LIMIT 20) AS page
  LEFT JOIN (task_tags JOIN tags ON tags.id = task_tags.tag_id)
    ON task_tags.user_id = $1 AND task_tags.task_id = page.id
  ORDER BY page.created_at DESC, page.id";

pub struct PostgresTasks(Pool);

impl PostgresTasks {
    /// Connects when the first page is asked for.
    pub fn at(url: &str) -> Self {
        let settings = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_config(url.parse().unwrap(), NoTls, settings);
        Self(Pool::builder(manager).max_size(CONNECTIONS).build().unwrap())
    }

    pub async fn page(&self, owner: &str) -> Result<Page, Box<dyn Error + Send + Sync>> {
        let client = self.0.get().await?;
        let statement = client.prepare_cached(PAGE).await?;
        let rows = client.query(&statement, &[&Uuid::parse_str(owner)?]).await?;
        let total = rows.first().map_or(0, |row| row.get(12));
        let mut items: Vec<Task> = Vec::with_capacity(20);
        let mut last = None;
        for row in &rows {
            let id: Uuid = row.get(0);
            if last.replace(id) != Some(id) {
                items.push(task(row, id, owner));
            }
            if let (Some(id), Some(task)) = (row.get(9), items.last_mut()) {
                task.tags.push(Tag { id, name: row.get(10), color: row.get(11) });
            }
        }
        Ok(Page::first(items, total))
    }
}

/// Without its tags.
fn task(row: &Row, id: Uuid, owner: &str) -> Task {
    Task {
        id: id.to_string(),
        user_id: owner.to_owned(),
        title: row.get(1),
        description: row.get(2),
        completed: row.get(3),
        priority: row.get::<_, Option<i16>>(4).map(|number| priority(number.into())),
        due_date: row.get::<_, Option<_>>(5).map(text),
        reminder_at: row.get::<_, Option<_>>(6).map(text),
        tags: Vec::new(),
        created_at: text(row.get(7)),
        updated_at: text(row.get(8)),
    }
}

fn text(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}
