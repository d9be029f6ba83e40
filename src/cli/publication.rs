//! `publication pin`, `unpin`, `lock`, `unlock` and `registrations`.

use std::path::Path;

use clap::Subcommand;
use serde_json::json;

use super::{Failure, open, print};
use crate::actions::{lock, pin, registration};
use crate::app::App;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show a publication first on its coalition's page and profile; at most five are. Prints its URL.
    Pin {
        /// The URL of the publication, or the id at its end.
        id: String,
    },
    /// Show it in its place again. Prints its URL.
    Unpin {
        /// The URL of the publication, or the id at its end.
        id: String,
    },
    /// Take no new replies to a publication. Prints its URL.
    Lock {
        /// The URL of the publication, or the id at its end.
        id: String,
        /// Why; it is shown.
        #[arg(long)]
        reason: Option<String>,
    },
    /// Take replies to a publication again. Prints its URL.
    Unlock {
        /// The URL of the publication, or the id at its end.
        id: String,
    },
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
    let app = open::node(path).await?;
    let url = match command {
        Command::Pin { id } => pin::pin(&app, id).await?,
        Command::Unpin { id } => pin::unpin(&app, id).await?,
        Command::Registrations { id, json } => return registrations(&app, id, json).await,
        Command::Lock { id, reason } => lock::lock(&app, id, reason).await?,
        Command::Unlock { id } => lock::unlock(&app, id).await?,
    };
    print::line(url);
    Ok(())
}

async fn registrations(app: &App, id: String, as_json: bool) -> Result<(), Failure> {
    let rows: Vec<_> = registration::list(app, id)
        .await?
        .into_iter()
        .map(|one| {
            json!({
                "actor": one.url,
                "account": format!("@{}@{}", one.username, one.domain),
                "name": one.name,
                "registered": one.registered_at.and_utc().to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            })
        })
        .collect();
    print::rows(&rows, as_json, |row| {
        let text = |key: &str| row.get(key).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
        vec![text("registered"), text("account"), text("name"), text("actor")]
    })
}
