//! `federation resolve`, `follow` and `peers`; what it says of rules for servers is in `moderation.rs`.

use std::path::Path;

use chrono::{NaiveDateTime, SubsecRound};
use clap::Subcommand;
use serde_json::{Value, json};

use super::{Failure, keys, moderation, open, print};
use crate::actions::follow;
use crate::ap::peers::{self, Known};
use crate::ap::policy;
use crate::app::App;
use crate::db;
use crate::domain::actor::ActorKind;

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
    /// List the servers that were met: what each runs, how requests to it are signed (scheme) and how it signed last (signed),
    /// when it was last heard and last took something, what waits for it and since how many failures, and when it is tried next.
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
                "handle": found.account(),
                "name": found.name,
                "page": found.page,
                "inbox": found.inbox,
                "shared_inbox": found.shared_inbox,
                "moved_to": found.moved_to.map(|to| app.urls.told(&to)),
            }))
        }
        Command::Peers { json } => peers(&app, json).await,
    }
}

async fn peers(app: &App, json: bool) -> Result<(), Failure> {
    let (rules, now) = (policy::rules(app).await?, app.now().naive_utc());
    let read = move |conn: &mut db::Conn| Ok::<_, db::Error>(peers::known(conn, &rules, now, i64::MAX)?);
    let mut known = app.db.read(read).await?;
    known.sort_unstable_by(|a, b| a.peer.host.host.cmp(&b.peer.host.host));
    let rows: Vec<Value> = known.iter().map(peer).collect();
    let names = [
        "host",
        "state",
        "software",
        "version",
        "scheme",
        "signed",
        "last_heard",
        "last_ok",
        "waiting",
        "failures",
        "next",
        "rule",
        "error",
    ];
    print::fields(&rows, json, &names)
}

fn peer(known: &Known) -> Value {
    let (host, runs) = (&known.peer.host, &known.peer.runs);
    let state = match (host.set_aside, host.failures) {
        (true, _) => "set aside",
        (false, 0) => "well",
        (false, _) => "failing",
    };
    let time = |at: Option<NaiveDateTime>| at.map(|at| at.and_utc().trunc_subsecs(0));
    json!({
        "host": host.host,
        "state": state,
        "software": runs.software,
        "version": runs.software_version,
        "software_error": runs.software_error,
        "scheme": known.scheme.as_str(),
        "signed": known.peer.heard_scheme,
        "last_heard": time(host.last_heard_at),
        "last_ok": time(host.last_ok_at),
        "waiting": known.waiting,
        "failures": host.failures,
        "next": time(host.due_at),
        "rule": known.rule.map(|rule| rule.to_string()),
        "error": host.last_error,
    })
}
