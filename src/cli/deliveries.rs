//! `deliveries list`, `deliveries retry` and `deliveries drop`.

use std::path::Path;

use clap::Subcommand;
use reset_federation::url_check::normalise_authority;
use serde_json::{Value, json};

use super::{Failure, open, print};
use crate::app::App;
use crate::model::again;
use crate::model::delivery::{self, FAILED, PENDING};
use crate::{db, outbox};

/// Most deliveries that are listed.
const MOST: i64 = 1000;
/// Why a delivery that was dropped was given up.
const DROPPED: &str = "dropped by an administrator";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List what waits to be delivered, latest first.
    List {
        /// What was given up instead.
        #[arg(long)]
        failed: bool,
        /// For this server only, as `federation peers` names it.
        #[arg(long, value_name = "H")]
        host: Option<String>,
        /// For programs.
        #[arg(long)]
        json: bool,
    },
    /// Try again what was given up. With a server or ids, also what waits there, now. Prints to how many servers.
    Retry {
        /// For this server only, as `federation peers` names it.
        #[arg(long, value_name = "H", conflicts_with = "ids")]
        host: Option<String>,
        /// Of deliveries, as `deliveries list --json` names them.
        #[arg(value_name = "ID")]
        ids: Vec<i64>,
    },
    /// Give up what waits for a server; `retry` takes it up again. Prints how many deliveries.
    Drop {
        /// The server, as `federation peers` names it.
        #[arg(long, value_name = "H")]
        host: String,
    },
}

pub(super) async fn run(path: &Path, command: Command) -> Result<(), Failure> {
    let app = open::node(path).await?;
    let now = app.now().naive_utc();
    match command {
        Command::List { failed, host, json } => list(&app, failed, host, json).await,
        Command::Retry { host: None, ids } if ids.is_empty() => {
            print::line(app.db.write(move |conn| outbox::retry_failed(conn, now)).await?);
            Ok(())
        }
        Command::Retry { host: Some(host), .. } => {
            let host = normalised(&host)?;
            print::line(app.db.write(move |conn| outbox::retry_host(conn, &host, now)).await?);
            Ok(())
        }
        Command::Retry { host: None, ids } => {
            let known = ids.clone();
            let unknown =
                app.db.read(move |conn| Ok::<_, db::Error>(again::first_unknown(conn, &known)?)).await?;
            if let Some(id) = unknown {
                return Err(Failure::Said(format!(
                    "there is no delivery {id} that waits or was given up: `reset-node deliveries list --json` names them"
                )));
            }
            print::line(app.db.write(move |conn| outbox::retry(conn, &ids, now)).await?);
            Ok(())
        }
        Command::Drop { host } => {
            let host = normalised(&host)?;
            let drop = move |conn: &mut db::Conn| {
                Ok::<_, db::Error>(delivery::drop_host(conn, &host, now, DROPPED)?)
            };
            print::line(app.db.write(drop).await?);
            Ok(())
        }
    }
}

fn normalised(host: &str) -> Result<String, Failure> {
    normalise_authority(host)
        .ok_or_else(|| Failure::Said(format!("`{host}` is no server: write social.example")))
}

async fn list(app: &App, failed: bool, host: Option<String>, json: bool) -> Result<(), Failure> {
    let state = if failed { FAILED } else { PENDING };
    let host = host.as_deref().map(normalised).transpose()?;
    let read = move |conn: &mut db::Conn| {
        Ok::<_, db::Error>(match &host {
            Some(host) => delivery::list_of(conn, state, host, MOST)?,
            None => delivery::list(conn, state, MOST)?,
        })
    };
    let rows: Vec<Value> = app
        .db
        .read(read)
        .await?
        .into_iter()
        .map(|delivery| {
            json!({
                "id": delivery.id,
                "activity": app.urls.activity(&delivery.activity_id),
                "inbox": delivery.inbox,
                "host": delivery.host,
                "attempts": delivery.attempts,
                "since": delivery.created_at.and_utc(),
                "next": (!failed).then(|| delivery.run_at.and_utc()),
                "status": delivery.last_status,
                "error": delivery.last_error,
            })
        })
        .collect();
    print::fields(&rows, json, &["id", "inbox", "attempts", "status", "next", "activity", "error"])
}
