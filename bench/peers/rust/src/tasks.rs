//! A page of 20 tasks with their tags in the form of our own API, out of what DATABASE names: a file of SQLite, or the URL of
//! a database on PostgreSQL.

use std::{env, error::Error};

use serde::Serialize;

use crate::{postgres_tasks::PostgresTasks, sqlite_tasks::SqliteTasks};

#[derive(Serialize)]
pub struct Tag {
    pub id: i64,
    pub name: String,
    pub color: Option<String>,
}

#[derive(Serialize)]
pub struct Task {
    pub id: String,
    pub user_id: String,
    pub title: String,
    pub description: Option<String>,
    pub completed: bool,
    pub priority: Option<&'static str>,
    pub due_date: Option<String>,
    pub reminder_at: Option<String>,
    pub tags: Vec<Tag>,
    pub created_at: String,
    pub updated_at: String,
}

#[derive(Serialize)]
pub struct Page {
    items: Vec<Task>,
    total: i64,
    page: i64,
    limit: i64,
    pages: i64,
}

impl Page {
    pub fn first(mut items: Vec<Task>, total: i64) -> Self {
        for task in &mut items {
            task.tags.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        }
        Self { items, total, page: 1, limit: 20, pages: (total + 19) / 20 }
    }
}

pub fn priority(number: i64) -> &'static str {
    ["low", "medium", "high"][number as usize - 1]
}

pub enum Tasks {
    Sqlite(SqliteTasks),
    Postgres(PostgresTasks),
}

impl Tasks {
    pub fn from_environment() -> Option<Self> {
        let database = env::var("DATABASE").ok()?;
        Some(if database.starts_with("postgresql:") {
            Self::Postgres(PostgresTasks::at(&database))
        } else {
            Self::Sqlite(SqliteTasks::open(&database))
        })
    }

    pub async fn page(&self, owner: &str) -> Result<Page, Box<dyn Error + Send + Sync>> {
        Ok(match self {
            // Read here: to hand it to another thread costs more than the 60 µs that it takes.
            Self::Sqlite(tasks) => tasks.page(owner)?,
            Self::Postgres(tasks) => tasks.page(owner).await?,
        })
    }
}
