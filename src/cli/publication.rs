//! `publication registrations`.

use std::path::Path;

use clap::Subcommand;
use serde_json::json;

use super::{Failure, open, print};
use crate::actions::registration;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List who registered for a meeting, for its organiser: pages only tell how many.
    Registrations {
        /// The URL of the meeting, or the id at its end.
        id: String,
        /// For programs.
        #[arg(long)]
        json: bool,
    },
}

pub(super) async fn run(path: &Path, command: Command) -> Result<(), Failure> {
    let Command::Registrations { id, json } = command;
    let app = open::node(path).await?;
    let rows: Vec<_> = registration::list(&app, id)
        .await?
        .into_iter()
        .map(|one| {
            json!({
                "actor": one.url,
                "account": format!("@{}@{}", one.username, one.host),
                "name": one.name,
                "registered": one.registered_at.and_utc().to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            })
        })
        .collect();
    print::rows(&rows, json, |row| {
        let text = |key: &str| row.get(key).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
        vec![text("registered"), text("account"), text("name"), text("actor")]
    })
}
