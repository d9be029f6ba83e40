//! `report list`, `show`, `resolve` and `send`.

use std::path::Path;

use clap::Subcommand;
use serde_json::{Value, json};

use super::{Failure, open, print};
use crate::actions::report;
use crate::model::report::Report;
use crate::{db, model};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List the reports of other servers that wait.
    List {
        /// Also those that were resolved.
        #[arg(long)]
        all: bool,
        /// For programs.
        #[arg(long)]
        json: bool,
    },
    /// Show a report.
    Show {
        /// Its number.
        id: i64,
        /// For programs.
        #[arg(long)]
        json: bool,
    },
    /// Mark a report as dealt with. Prints its number.
    Resolve {
        /// Its number.
        id: i64,
        /// What came of it; for administrators.
        #[arg(long)]
        note: Option<String>,
    },
    /// Report an actor of another server, or posts of one actor, to its server. Prints the id of the report.
    Send {
        /// The actor, or the posts.
        #[arg(required = true)]
        urls: Vec<String>,
        /// What is wrong; it is sent.
        #[arg(long)]
        reason: String,
    },
}

pub(super) async fn run(path: &Path, command: Command) -> Result<(), Failure> {
    let app = open::node(path).await?;
    match command {
        Command::List { all, json } => {
            let reports =
                app.db.read(move |conn| Ok::<_, db::Error>(model::report::list(conn, all)?)).await?;
            let rows: Vec<Value> = reports.iter().map(value).collect();
            print::rows(&rows, json, |row| {
                ["id", "received", "resolved", "reporter", "objects", "content"]
                    .iter()
                    .map(|key| text(row, key).replace('\n', " "))
                    .collect()
            })
        }
        Command::Show { id, json } => {
            let found = app.db.read(move |conn| Ok::<_, db::Error>(model::report::find(conn, id)?)).await?;
            let row = value(&found.ok_or_else(|| report::missing(id))?);
            if json {
                return print::value(&row);
            }
            for key in ["id", "received", "reporter", "objects", "content", "resolved", "note"] {
                print::line(format!("{key}: {}", text(&row, key)));
            }
            Ok(())
        }
        Command::Resolve { id, note } => {
            report::resolve(&app, id, note).await?;
            print::line(id);
            Ok(())
        }
        Command::Send { urls, reason } => {
            print::line(report::send(&app, &urls, reason).await?);
            Ok(())
        }
    }
}

fn value(report: &Report) -> Value {
    let objects: Value = serde_json::from_str(&report.objects).unwrap_or_default();
    json!({
        "id": report.id, "activity": report.activity_id, "received": report.received_at.and_utc(),
        "reporter": report.reporter, "objects": objects, "content": report.content,
        "resolved": report.resolved_at.map(|at| at.and_utc()), "note": report.note,
    })
}

fn text(row: &Value, key: &str) -> String {
    match row.get(key) {
        None | Some(Value::Null) => "-".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
        Some(other) => other.to_string(),
    }
}
