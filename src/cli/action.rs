//! `action list`, `add` and `set`.

use std::path::Path;

use clap::Subcommand;
use serde_json::{Value, json};

use super::{Failure, open, print};
use crate::actions::Error;
use crate::actions::action_item::{self, Change, NewItem};
use crate::app::App;
use crate::domain::action::State;
use crate::domain::publication::When;
use crate::model;

/// Most items of a list.
const MOST: i64 = 10_000;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List what is to be done in a coalition, and what was.
    List {
        /// The handle of the coalition.
        #[arg(long, value_name = "H")]
        coalition: String,
        /// For programs.
        #[arg(long)]
        json: bool,
    },
    /// Add something to be done. Prints its id.
    Add {
        /// The handle of the coalition.
        #[arg(long, value_name = "H")]
        coalition: String,
        /// The handle of the member organisation that adds it.
        #[arg(long, value_name = "ORG")]
        by: String,
        /// What is to be done.
        #[arg(long)]
        text: String,
        /// Who has to do it; `--by` where none is told.
        #[arg(long = "owner", value_name = "ORG")]
        owners: Vec<String>,
        /// Until when, such as 2026-12-31 or 2026-12.
        #[arg(long, value_name = "DATE")]
        due: Option<When>,
    },
    /// Say how far it has come. Prints its id.
    Set {
        /// Its id, from `action list`.
        id: String,
        /// to_do, doing, done or dropped.
        #[arg(long)]
        state: State,
        /// The handle of the organisation that says so.
        #[arg(long, value_name = "ORG")]
        by: String,
        /// Why; it is published, and needed where the action is dropped.
        #[arg(long)]
        reason: Option<String>,
    },
}

pub(super) async fn run(path: &Path, command: Command) -> Result<(), Failure> {
    let app = open::node(path).await?;
    let bare = |handle: String| handle.trim_start_matches('@').to_owned();
    match command {
        Command::List { coalition, json } => list(&app, bare(coalition), json).await,
        Command::Add { coalition, by, text, owners, due } => {
            let new = NewItem { coalition: bare(coalition), by, text, owners, due };
            print::line(action_item::add(&app, new).await?);
            Ok(())
        }
        Command::Set { id, state, by, reason } => {
            action_item::set(&app, Change { id: id.clone(), state, by, reason }).await?;
            print::line(id);
            Ok(())
        }
    }
}

async fn list(app: &App, handle: String, json: bool) -> Result<(), Failure> {
    let (urls, now) = (app.urls.clone(), app.now().naive_utc());
    let read = move |conn: &mut crate::db::Conn| {
        let Some((group, _)) = model::coalition::by_handle(conn, &handle)? else {
            return Err(Error::Refused(format!(
                "there is no coalition `{handle}`: `coalition list` names them"
            )));
        };
        let rows = model::action_item::page(conn, group.id, 0, MOST)?;
        let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
        let past = model::action_item::history(conn, &ids)?;
        let told = |row: &model::action_item::Row| {
            let of = past.iter().filter(|one| one.item_id == row.id);
            json!({
                "id": row.id,
                "state": row.state,
                "late": row.is_late(now),
                "due": row.due,
                "owners": row.owners(),
                "text": row.text,
                "minutes": row.minutes_id.as_ref().map(|id| urls.publication(id)),
                "history": of.map(|one| json!({
                    "state": one.state,
                    "by": one.by,
                    "reason": one.reason,
                    "at": one.made_at.and_utc().to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
                })).collect::<Vec<Value>>(),
            })
        };
        Ok(rows.iter().map(told).collect::<Vec<Value>>())
    };
    let mut rows = app.db.read(read).await?;
    if !json {
        for owners in rows.iter_mut().filter_map(|row| row.get_mut("owners")) {
            let names: Vec<&str> =
                owners.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            *owners = Value::from(names.join(", "));
        }
    }
    print::fields(&rows, json, &["id", "state", "late", "due", "owners", "text"])
}
