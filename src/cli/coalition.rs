//! `coalition create`, `import`, `list`, `show`, `rotate-keys`, `alias` and `move`; the acts of its life are in `life.rs`.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::{Value, json};

use super::{Failure, keys, life, moving, open, print};
use crate::actions::coalition::{NewCoalition, Shown, create, import, show};
use crate::actions::profile::Profile;
use crate::app::App;
use crate::db;
use crate::domain::actor::ActorKind;
use crate::model;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Create a coalition. Prints its URL.
    Create {
        /// The handle.
        #[arg(long)]
        handle: String,
        /// The title.
        #[arg(long)]
        title: String,
        /// The handle of the organisation that carries it.
        #[arg(long, value_name = "ORG")]
        steward: Option<String>,
        /// A PNG picture.
        #[arg(long, value_name = "FILE")]
        icon: Option<PathBuf>,
    },
    /// Take over what a TOML or JSON file tells of one coalition or of several; again, it updates them. Prints their URLs.
    Import {
        /// The file.
        file: PathBuf,
    },
    /// List the coalitions.
    List {
        /// For programs.
        #[arg(long)]
        json: bool,
    },
    /// Show what is known of a coalition.
    Show {
        /// The handle.
        handle: String,
        /// For programs.
        #[arg(long)]
        json: bool,
    },
    /// Replace its keys. Prints the id of the new one.
    RotateKeys(keys::RotateKeys),
    /// Say that it is the same as another address, so that this one can move here. Prints the id of the other.
    Alias(moving::Alias),
    /// Move to another address: its followers are asked to follow it there. Prints the id of where it is now.
    Move(moving::Move),
    #[command(flatten)]
    Life(life::Command),
}

pub(super) async fn run(path: &Path, command: Command) -> Result<(), Failure> {
    match command {
        Command::RotateKeys(command) => keys::run(path, ActorKind::Coalition, command).await?,
        Command::Alias(command) => moving::alias_of(path, ActorKind::Coalition, command).await?,
        Command::Move(command) => moving::move_of(path, ActorKind::Coalition, command).await?,
        Command::Life(command) => life::run(path, command).await?,
        Command::Create { handle, title, steward, icon } => {
            let icon = icon.map(|file| read(&file)).transpose()?;
            let app = open::node(path).await?;
            let new =
                NewCoalition { handle: handle.trim_start_matches('@').to_owned(), title, steward, icon };
            print::line(create(&app, new).await?);
        }
        Command::Import { file } => {
            let text = String::from_utf8(read(&file)?)
                .map_err(|_| Failure::Said(format!("{} is not UTF-8 text", file.display())))?;
            let app = open::node(path).await?;
            let profiles = Profile::parse_all(&text, &app.config.node.language)
                .map_err(|error| Failure::Said(format!("{}: {error}", file.display())))?;
            for (id, _) in import(&app, profiles).await? {
                print::line(id);
            }
        }
        Command::List { json } => {
            let app = open::node(path).await?;
            list(&app, json).await?;
        }
        Command::Show { handle, json } => {
            let app = open::node(path).await?;
            let shown = show(&app, handle.trim_start_matches('@').to_owned()).await?;
            let told = told(&app, &shown);
            if json {
                print::value(&told)?;
            } else {
                lines(&told);
            }
        }
    }
    Ok(())
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file).map_err(|error| Failure::Said(format!("{} cannot be read: {error}", file.display())))
}

async fn list(app: &App, json: bool) -> Result<(), Failure> {
    let all = app
        .db
        .read(|conn| {
            let all = model::coalition::page(conn, 0, i64::MAX)?;
            let mut rows = Vec::with_capacity(all.len());
            for (actor, coalition) in all {
                let followers = model::follower::count(conn, actor.id)?;
                rows.push((actor, coalition, followers));
            }
            Ok::<_, db::Error>(rows)
        })
        .await?;
    let rows: Vec<Value> = all
        .iter()
        .map(|(actor, coalition, followers)| {
            json!({
                "id": app.urls.coalition(&actor.handle),
                "handle": actor.handle,
                "number": coalition.number,
                "title": coalition.title,
                "topic": coalition.topic,
                "stage": coalition.stage,
                "followers": followers,
            })
        })
        .collect();
    let text = |row: &Value, key: &str| match row.get(key) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    };
    print::rows(&rows, json, |row| {
        let name = [text(row, "title"), text(row, "topic")];
        let name = name.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
        vec![text(row, "handle"), text(row, "stage"), text(row, "number"), text(row, "followers"), name]
    })
}

fn told(app: &App, shown: &Shown) -> Value {
    let (coalition, lists) = (&shown.coalition, &shown.lists);
    json!({
        "id": app.urls.coalition(&shown.actor.handle),
        "handle": shown.actor.handle,
        "also_known_as": shown.actor.also_known_as.lines().map(|kept| app.urls.told(kept)).collect::<Vec<_>>(),
        "moved_to": shown.actor.moved_to.as_ref().map(|to| app.urls.told(to)),
        "number": coalition.number,
        "title": coalition.title,
        "title_provisional": coalition.title_provisional,
        "topic": coalition.topic,
        "narrative": coalition.narrative,
        "problem": coalition.problem,
        "impact": coalition.impact,
        "stage": coalition.stage,
        "family": coalition.family,
        "cohort": coalition.cohort,
        "pilot": coalition.pilot,
        "territory": coalition.territory,
        "horizon": coalition.horizon,
        "parent": coalition.parent,
        "language": coalition.language,
        "levers": lists.levers,
        "qualities": lists.qualities,
        "dimensions": lists.present(&shown.members),
        "languages": lists.languages,
        "examples": lists.examples,
        "associated": lists.associated.iter().map(|one| json!({"name": one.name, "state": one.state, "dimensions": one.dimensions})).collect::<Vec<_>>(),
        "members": shown.members.iter().map(|member| json!({"handle": member.handle, "name": member.name, "role": member.role, "dimensions": member.dimensions})).collect::<Vec<_>>(),
        "followers": shown.followers,
    })
}

/// One line a field that is known.
fn lines(told: &Value) {
    for (key, value) in told.as_object().into_iter().flatten() {
        let text = match value {
            Value::Null | Value::Bool(false) => continue,
            Value::Array(list) if list.is_empty() => continue,
            Value::Array(list) => list.iter().map(item).collect::<Vec<_>>().join("; "),
            other => item(other),
        };
        print::line(format!("{key}: {}", text.replace('\n', " ")));
    }
}

fn item(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(map) => {
            let words: Vec<String> = map.values().map(item).collect();
            words.join(", ")
        }
        other => other.to_string(),
    }
}
