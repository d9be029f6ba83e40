//! `deliveries list` and `deliveries retry`.

use std::path::Path;

use clap::Subcommand;
use serde_json::{Value, json};

use super::{Failure, open, print};
use crate::{db, model, outbox};

/// Most deliveries that are listed.
const MOST: i64 = 1000;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List what waits to be delivered, latest first.
    List {
        /// What was given up instead.
        #[arg(long)]
        failed: bool,
        /// For programs.
        #[arg(long)]
        json: bool,
    },
    /// Try again what was given up. Prints to how many servers.
    Retry,
}

pub(super) async fn run(path: &Path, command: Command) -> Result<(), Failure> {
    let app = open::node(path).await?;
    let (failed, json) = match command {
        Command::Retry => {
            let now = app.now().naive_utc();
            let hosts = app.db.write(move |conn| outbox::retry_failed(conn, now)).await?;
            print::line(hosts);
            return Ok(());
        }
        Command::List { failed, json } => (failed, json),
    };
    let state = if failed { model::delivery::FAILED } else { model::delivery::PENDING };
    let found = app.db.read(move |conn| Ok::<_, db::Error>(model::delivery::list(conn, state, MOST)?));
    let rows: Vec<Value> = found
        .await?
        .into_iter()
        .map(|delivery| {
            json!({
                "id": delivery.id,
                "activity": app.urls.activity(&delivery.activity_id),
                "inbox": delivery.inbox,
                "attempts": delivery.attempts,
                "next": delivery.run_at.and_utc(),
                "status": delivery.last_status,
                "error": delivery.last_error,
            })
        })
        .collect();
    let text = |row: &Value, key: &str| match row.get(key) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => "-".to_owned(),
        Some(other) => other.to_string(),
    };
    print::rows(&rows, json, |row| {
        ["inbox", "attempts", "status", "next", "activity", "error"]
            .iter()
            .map(|key| text(row, key))
            .collect()
    })
}
