//! `charter publish`, `acknowledge` and `list`.

use std::path::Path;

use clap::Subcommand;
use serde_json::{Value, json};

use super::life::Acting;
use super::{Failure, open, print};
use crate::actions::charter::{self, NewCharter};
use crate::domain::coalition::CharterState;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Publish a version of a coalition's charter, or put one that was a beta into force. Prints the coalition's URL.
    Publish {
        /// The coalition's handle.
        handle: String,
        /// The label of the version, such as 1.0.
        #[arg(long)]
        version: String,
        /// beta or in_force.
        #[arg(long, value_parser = str::parse::<CharterState>)]
        state: CharterState,
        /// The URL or id of the publication that holds the text.
        #[arg(long, value_name = "ID")]
        publication: Option<String>,
        #[command(flatten)]
        acting: Acting,
    },
    /// Note that an organisation acknowledges a version; nobody signs. Prints the version.
    Acknowledge {
        /// The coalition's handle.
        handle: String,
        /// The label of the version; else the latest that stands.
        #[arg(long)]
        version: Option<String>,
        #[command(flatten)]
        acting: Acting,
    },
    /// List the versions, and who acknowledged which.
    List {
        /// The coalition's handle.
        handle: String,
        /// For programs.
        #[arg(long)]
        json: bool,
    },
}

pub(super) async fn run(path: &Path, command: Command) -> Result<(), Failure> {
    let app = open::node(path).await?;
    match command {
        Command::Publish { handle, version, state, publication, acting } => {
            let new = NewCharter { version, state, publication };
            print::line(charter::publish(&app, handle, new, acting.into()).await?);
        }
        Command::Acknowledge { handle, version, acting } => {
            print::line(charter::acknowledge(&app, handle, version, acting.into()).await?);
        }
        Command::List { handle, json } => {
            let listed = charter::list(&app, handle).await?;
            let rows: Vec<Value> = listed
                .versions
                .iter()
                .map(|one| {
                    let by = listed.acknowledged.iter().filter(|who| who.version == one.version);
                    let by: Vec<Value> = by
                        .map(|who| {
                            json!({"handle": who.handle, "name": who.name, "date": who.day, "state": who.state})
                        })
                        .collect();
                    let acts = listed.acts.iter().filter(|(act, _)| act.version == one.version);
                    let acts: Vec<Value> = acts
                        .map(|(act, by)| {
                            let noted = &act.noted;
                            json!({"state": act.state, "date": noted.day, "by": by, "reason": noted.reason})
                        })
                        .collect();
                    json!({
                        "version": one.version, "state": one.state, "date": one.day,
                        "superseded": one.superseded_on,
                        "publication": one.publication_id.as_ref().map(|id| app.urls.publication(id)),
                        "acknowledged": by.len(), "by": by, "acts": acts,
                    })
                })
                .collect();
            print::fields(
                &rows,
                json,
                &["version", "state", "date", "superseded", "acknowledged", "publication"],
            )?;
        }
    }
    Ok(())
}
