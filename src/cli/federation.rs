//! `federation resolve`, `follow` and `peers`; what it says of rules for servers is in `moderation.rs`.

use std::path::Path;

use clap::Subcommand;
use serde_json::{Value, json};

use super::{Failure, keys, moderation, open, print};
use crate::actions::follow;
use crate::domain::actor::ActorKind;
use crate::{db, model};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Follow an actor of another server. Prints its URL.
    Follow {
        /// @user@server or a URL.
        actor: String,
        /// The handle of the local actor that follows.
        #[arg(long = "as", value_name = "H")]
        handle: String,
    },
    /// Find an actor of another server. Prints its URL.
    Resolve {
        /// @user@server or a URL.
        actor: String,
        /// For programs: what is known of it.
        #[arg(long)]
        json: bool,
    },
    /// List the servers that this one delivers to.
    Peers {
        /// For programs.
        #[arg(long)]
        json: bool,
    },
    /// Replace the keys of the node's own actor, which signs what it fetches. Prints the id of the new one.
    RotateKeys(keys::How),
    #[command(flatten)]
    Moderation(moderation::Command),
}

pub(super) async fn run(path: &Path, command: Command) -> Result<(), Failure> {
    let app = open::node(path).await?;
    match command {
        Command::RotateKeys(how) => {
            keys::rotated(&app, ActorKind::Node, crate::actions::node::HANDLE, &how).await
        }
        Command::Moderation(command) => moderation::run(&app, command).await,
        Command::Follow { actor, handle } => {
            print::line(follow::follow(&app, &actor, &handle).await?.url);
            Ok(())
        }
        Command::Resolve { actor, json } => {
            let found = follow::resolve(&app, &actor).await?;
            if !json {
                print::line(found.url);
                return Ok(());
            }
            print::value(&json!({
                "id": found.url,
                "type": found.kind,
                "handle": format!("@{}@{}", found.username, found.host),
                "name": found.name,
                "page": found.page,
                "inbox": found.inbox,
                "shared_inbox": found.shared_inbox,
                "moved_to": found.moved_to.map(|to| app.urls.told(&to)),
            }))
        }
        Command::Peers { json } => {
            let hosts = app.db.read(|conn| Ok::<_, db::Error>(model::host::all(conn)?)).await?;
            let rows: Vec<Value> = hosts.iter().map(peer).collect();
            let text = |row: &Value, key: &str| match row.get(key) {
                Some(Value::String(text)) => text.clone(),
                Some(Value::Null) | None => "-".to_owned(),
                Some(other) => other.to_string(),
            };
            print::rows(&rows, json, |row| {
                ["host", "state", "failures", "last_ok", "last_heard", "next", "error"]
                    .iter()
                    .map(|key| text(row, key))
                    .collect()
            })
        }
    }
}

fn peer(host: &model::host::Host) -> Value {
    let state = match (host.set_aside, host.failures) {
        (true, _) => "set aside",
        (false, 0) => "well",
        (false, _) => "failing",
    };
    json!({
        "host": host.host,
        "state": state,
        "failures": host.failures,
        "last_ok": host.last_ok_at.map(|at| at.and_utc()),
        "last_heard": host.last_heard_at.map(|at| at.and_utc()),
        "next": host.due_at.map(|at| at.and_utc()),
        "error": host.last_error,
    })
}
