//! `export`: what coalitions published, as a folder that a person can read and a machine can verify. Never a private key.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::{Failure, open, print};
use crate::actions::coalition::show;
use crate::app::{App, SharedApp};
use crate::db::{self, Conn};
use crate::domain::actor::Role;
use crate::domain::publication::Kind;
use crate::model::actor::Actor;
use crate::model::coalition::{self, Coalition, Lists, Member};
use crate::model::publication::{self, Publication};
use crate::text::{Lang, dates, t, tf, word};
use crate::{ap, web};

/// Publications that are read at once.
const AT_ONCE: i64 = 100;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// A folder that is empty or not there yet.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// One coalition alone.
    #[arg(long, value_name = "H")]
    coalition: Option<String>,
}

/// A coalition as it is written.
struct Told {
    actor: Actor,
    coalition: Coalition,
    lists: Lists,
    members: Vec<Member>,
    register: String,
}

pub(super) async fn run(path: &Path, arguments: Arguments) -> Result<(), Failure> {
    let app = open::node(path).await?;
    let only = match arguments.coalition {
        Some(handle) => Some(show(&app, handle.trim_start_matches('@').to_owned()).await?.actor.id),
        None => None,
    };
    let folder = arguments.folder.as_path();
    let is_empty = std::fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none());
    if !is_empty {
        let say = "is not empty: name a folder that is empty or not there yet";
        return Err(Failure::Said(format!("the folder {} {say}", folder.display())));
    }
    let mut index = String::new();
    for told in coalitions(&app, only).await? {
        let name = told.coalition.name(&told.actor.handle);
        let into = folder.join("coalitions").join(&told.actor.handle);
        write(&into.join("coalition.toml"), &profile(&told)?)?;
        write(&into.join("decisions.json"), &told.register)?;
        let _ = write!(
            index,
            "\n## {name}\n\n- [coalition.toml](coalitions/{0}/coalition.toml)\n",
            told.actor.handle
        );
        publications(&app, &told.actor, &into, &mut index).await?;
    }
    write(&folder.join("README.md"), &readme(&app, &index))?;
    print::line(folder.display());
    Ok(())
}

async fn coalitions(app: &SharedApp, only: Option<i64>) -> Result<Vec<Told>, Failure> {
    let urls = app.urls.clone();
    let read = move |conn: &mut Conn| {
        let rows = match only {
            Some(id) => vec![coalition::by_id(conn, id)?],
            None => coalition::page(conn, 0, i64::MAX)?,
        };
        let told = rows.into_iter().map(|(actor, coalition)| {
            let name = coalition.name(&actor.handle);
            Ok::<_, db::Error>(Told {
                lists: coalition::lists(conn, actor.id)?,
                members: coalition::members(conn, actor.id)?,
                register: ap::register::document(conn, &urls, &actor, &name, 0, i64::MAX)?,
                actor,
                coalition,
            })
        });
        told.collect::<Result<Vec<_>, _>>()
    };
    Ok(app.db.read(read).await?)
}

/// What `coalition import` takes.
fn profile(told: &Told) -> Result<String, Failure> {
    let coalition = &told.coalition;
    let steward = told.members.iter().find(|member| member.role == Role::Steward);
    let associated = told
        .lists
        .associated
        .iter()
        .map(|one| json!({"name": one.name, "state": one.state, "dimensions": one.dimensions}));
    let mut value = json!({
        "handle": told.actor.handle,
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
        "steward": steward.map(|member| &member.handle),
        "levers": told.lists.levers,
        "qualities": told.lists.qualities,
        "dimensions": told.lists.dimensions,
        "languages": told.lists.languages,
        "examples": told.lists.examples,
        "associated": associated.collect::<Vec<Value>>(),
    });
    if let Some(members) = value.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    toml::to_string(&value)
        .map_err(|error| Failure::Said(format!("`{}` cannot be written: {error}", told.actor.handle)))
}

/// Writes every public publication of a coalition, and its lines of the index, by kind.
async fn publications(
    app: &SharedApp,
    actor: &Actor,
    into: &Path,
    index: &mut String,
) -> Result<(), Failure> {
    let lang = language(app);
    let mut lines: Vec<(Kind, String)> = Vec::new();
    let mut offset = 0;
    loop {
        let id = actor.id;
        let read = move |conn: &mut Conn| {
            Ok::<_, db::Error>(publication::public_page(conn, Some(id), offset, AT_ONCE)?)
        };
        let page: Vec<Publication> = app.db.read(read).await?;
        for one in &page {
            let name = format!("publications/{}.md", one.row.slug);
            write(&into.join(&name), &web::pages::markdown(app, one))?;
            let day = one.row.published_at.unwrap_or(one.row.updated_at);
            let day = dates::utc_day(lang, day, dates::zone(&app.config.node.timezone));
            let state = state(lang, one);
            let title = one.row.title.replace(['[', ']'], "");
            let line = format!("- [{title}](coalitions/{}/{name}), {state}, {day}\n", actor.handle);
            lines.push((one.row.kind, line));
        }
        offset = offset.saturating_add(AT_ONCE);
        if page.len() < usize::try_from(AT_ONCE).unwrap_or(usize::MAX) {
            break;
        }
    }
    let _ = writeln!(index, "- [{}](coalitions/{}/decisions.json)", t(lang, "register-title"), actor.handle);
    for kind in Kind::ALL {
        let of_kind: Vec<&String> =
            lines.iter().filter(|(one, _)| one == kind).map(|(_, line)| line).collect();
        if !of_kind.is_empty() {
            let _ = write!(index, "\n### {}\n\n", word(lang, "kinds", kind.as_str()));
            of_kind.into_iter().for_each(|line| index.push_str(line));
        }
    }
    Ok(())
}

fn state(lang: Lang, one: &Publication) -> &'static str {
    let group = format!("state-{}", one.row.kind);
    word(lang, &group, one.row.state.as_str())
}

fn language(app: &App) -> Lang {
    Lang::of_tag(&app.config.node.language).unwrap_or_default()
}

fn readme(app: &App, index: &str) -> String {
    let lang = language(app);
    let title = tf(lang, "export-title", &[("node", (&app.config.node.name).into())]);
    let day = dates::utc_day(lang, app.now().naive_utc(), dates::zone(&app.config.node.timezone));
    let made = tf(lang, "export-made", &[("date", (&day).into())]);
    format!(
        "# {title}\n\n{}\n\n{}\n\n{}\n\n    reset-node decision verify .\n\n{made}\n{index}",
        app.urls.base(),
        t(lang, "export-what"),
        t(lang, "export-verify"),
    )
}

fn write(file: &Path, text: &str) -> Result<(), Failure> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(file, text));
    written.map_err(|error| Failure::Said(format!("{} cannot be written: {error}", file.display())))
}
