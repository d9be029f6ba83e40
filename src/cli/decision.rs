//! `decision list`.

use std::path::Path;

use clap::Subcommand;
use serde_json::{Value, json};

use super::{Failure, open, print};
use crate::actions::coalition::show;
use crate::{db, model};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List a coalition's register.
    List {
        /// The handle of the coalition.
        #[arg(long, value_name = "H")]
        coalition: String,
        /// For programs: each entry as it is frozen, with its digest.
        #[arg(long)]
        json: bool,
    },
}

pub(super) async fn run(path: &Path, command: Command) -> Result<(), Failure> {
    let Command::List { coalition, json } = command;
    let app = open::node(path).await?;
    let shown = show(&app, coalition.trim_start_matches('@').to_owned()).await?;
    let id = shown.actor.id;
    let found = app
        .db
        .read(move |conn| {
            let mut rows = Vec::new();
            for decision in model::decision::register(conn, id)? {
                let publication = model::publication::find(conn, &decision.publication_id)?;
                rows.push((decision, publication));
            }
            Ok::<_, db::Error>(rows)
        })
        .await?;
    let mut rows: Vec<Value> = Vec::with_capacity(found.len());
    for (decision, publication) in found {
        let entry: Value = serde_json::from_str(&decision.entry)
            .map_err(|error| db::Error::Corrupt(format!("entry {} is no JSON: {error}", decision.number)))?;
        rows.push(json!({
            "number": decision.number,
            "id": app.urls.publication(&decision.publication_id),
            "title": entry.get("title"),
            "state": publication.map(|publication| publication.row.state),
            "digest": decision.digest,
            "entry": entry,
        }));
    }
    let text = |row: &Value, key: &str| row.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    print::rows(&rows, json, |row| {
        vec![
            row.get("number").map(Value::to_string).unwrap_or_default(),
            text(row, "state"),
            text(row, "id"),
            text(row, "title"),
        ]
    })
}
