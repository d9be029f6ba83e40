//! `decision list`, `decision verify`, and the acts on decisions: `supersede`, `repeal`, `review`, `keep`.

use std::path::Path;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{Failure, open, print, verify};
use crate::actions::coalition::show;
use crate::actions::decision::{self, Asked};
use crate::{db, model};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List a coalition's register.
    List {
        /// The handle of the coalition.
        #[arg(long, value_name = "H")]
        coalition: String,
        /// For programs: each entry as it is frozen, with its digest and its proof.
        #[arg(long)]
        json: bool,
    },
    /// Say what holds of a register, of one entry or of one decision. A file or an exported folder needs no node.
    Verify(verify::Arguments),
    /// Another decision takes the place of this one. Prints the URL.
    Supersede {
        /// The URL of the decision, or the id at its end.
        id: String,
        /// The decision that takes its place, a later one of the same coalition.
        #[arg(long, value_name = "ID2")]
        by_decision: String,
        #[command(flatten)]
        asked: AskedArguments,
    },
    /// A decision no longer holds. Prints the URL.
    Repeal {
        /// The URL of the decision, or the id at its end.
        id: String,
        #[command(flatten)]
        asked: AskedArguments,
    },
    /// A decision is looked at again, now or on a day to come. Prints the URL.
    Review {
        /// The URL of the decision, or the id at its end.
        id: String,
        /// On which day; without it now.
        #[arg(long, value_name = "DATE")]
        on: Option<String>,
        #[command(flatten)]
        asked: AskedArguments,
    },
    /// The review of a decision is over and it stays in force. Prints the URL.
    Keep {
        /// The URL of the decision, or the id at its end.
        id: String,
        /// The organisation that says so: one that carries or facilitates the coalition.
        #[arg(long, value_name = "ORG")]
        by: String,
        /// Why; it is published.
        #[arg(long)]
        reason: String,
        /// When it is to be looked at again.
        #[arg(long, value_name = "DATE")]
        on: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(super) struct AskedArguments {
    /// The organisation that asks for it: one that carries or facilitates the coalition.
    #[arg(long, value_name = "ORG")]
    by: String,
    /// Why; it is published.
    #[arg(long)]
    reason: String,
}

impl From<AskedArguments> for Asked {
    fn from(arguments: AskedArguments) -> Asked {
        Asked { by: Some(arguments.by), reason: arguments.reason }
    }
}

pub(super) async fn run(path: &Path, command: Command) -> Result<(), Failure> {
    let (coalition, json) = match command {
        Command::List { coalition, json } => (coalition, json),
        Command::Verify(arguments) => return verify::run(path, arguments).await,
        other => {
            let app = open::node(path).await?;
            let done = match other {
                Command::Supersede { id, by_decision, asked } => {
                    decision::supersede(&app, id, by_decision, asked.into()).await
                }
                Command::Repeal { id, asked } => decision::repeal(&app, id, asked.into()).await,
                Command::Review { id, on, asked } => decision::review(&app, id, on, asked.into()).await,
                Command::Keep { id, by, reason, on } => {
                    decision::keep(&app, id, on, Asked { by: Some(by), reason }).await
                }
                Command::List { .. } | Command::Verify(_) => return Ok(()),
            };
            print::line(done?);
            return Ok(());
        }
    };
    list(path, &coalition, json).await
}

async fn list(path: &Path, coalition: &str, json: bool) -> Result<(), Failure> {
    let app = open::node(path).await?;
    let shown = show(&app, coalition.trim_start_matches('@').to_owned()).await?;
    let id = shown.actor.id;
    let found = app
        .db
        .read(move |conn| {
            let mut rows = Vec::new();
            for decision in model::decision::register(conn, id)? {
                let publication = match &decision.publication_id {
                    Some(id) => model::publication::find(conn, id)?,
                    None => None,
                };
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
            "act": decision.act,
            "id": decision.publication_id.as_ref().map(|id| app.urls.publication(id)),
            "title": entry.get("title"),
            "decision": decision.decision,
            "successor": decision.successor,
            "state": publication.map(|publication| publication.row.state),
            "digest": decision.digest,
            "entry": entry,
            "proof": decision.proof.as_deref().and_then(|proof| serde_json::from_str::<Value>(proof).ok()),
        }));
    }
    let text = |row: &Value, key: &str| row.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    print::rows(&rows, json, |row| {
        vec![
            row.get("number").map(Value::to_string).unwrap_or_default(),
            text(row, "act"),
            text(row, "state"),
            match (row.get("decision").and_then(Value::as_i64), row.get("successor").and_then(Value::as_i64))
            {
                (Some(decision), Some(successor)) => format!("decision {decision}, by decision {successor}"),
                (Some(decision), None) => format!("decision {decision}"),
                _ => text(row, "id"),
            },
            text(row, "title"),
        ]
    })
}
