//! The commands under `federation` that say whom this node speaks with, and `audit list`.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::{Value, json};

use super::{Failure, open, print};
use crate::actions::blocklist::{self, Outcome};
use crate::actions::moderation::{self, Effects};
use crate::actions::suspension;
use crate::app::SharedApp;
use crate::domain::moderation::Rule;
use crate::{db, model};

/// Entries that `audit list` shows.
const ENTRIES: i64 = 1000;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Block a server and its subdomains: nothing in, nothing out. Its followers go. Prints the domain.
    Block(Domain),
    /// Limit a server: what its people reply is shown only where an actor of this node follows them. Prints the domain.
    Limit(Domain),
    /// Allow a server where federation.mode is "allowlist". Prints the domain.
    Allow(Domain),
    /// Remove the rule for a server. Prints the domain.
    Unblock(Domain),
    /// List the rules and the suspended actors.
    Blocks {
        /// For programs.
        #[arg(long)]
        json: bool,
    },
    /// Take over a list of blocked servers as Mastodon exports it. Prints what becomes of each domain.
    ImportBlocks {
        /// CSV.
        #[arg(value_name = "FILE.csv")]
        file: PathBuf,
        /// Say what would be done, and do nothing.
        #[arg(long)]
        dry_run: bool,
        /// Also where a stricter rule holds now.
        #[arg(long)]
        replace: bool,
    },
    /// Print the blocked and limited servers as Mastodon imports them, with the reasons.
    ExportBlocks,
    /// Remove all that is kept of a server: replies, reactions, follows, actors and their keys. It cannot be undone.
    Purge {
        /// Such as social.example.
        domain: String,
        /// Yes, remove it.
        #[arg(long)]
        yes: bool,
        /// Why, for the audit log.
        #[arg(long)]
        reason: Option<String>,
    },
    /// Suspend an actor of another server: nothing of it is taken or shown, its follows end. Prints its URL.
    Suspend {
        /// Its id.
        url: String,
        /// Why, for administrators.
        #[arg(long)]
        reason: Option<String>,
    },
    /// End the suspension of an actor. Prints its URL.
    Unsuspend {
        /// Its id.
        url: String,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct Domain {
    /// Such as social.example.
    domain: String,
    /// Why, for administrators.
    #[arg(long)]
    reason: Option<String>,
}

pub(super) async fn run(app: &SharedApp, command: Command) -> Result<(), Failure> {
    match command {
        Command::Block(Domain { domain, reason }) => {
            told(moderation::set(app, &domain, Rule::Blocked, reason).await?)
        }
        Command::Limit(Domain { domain, reason }) => {
            told(moderation::set(app, &domain, Rule::Limited, reason).await?)
        }
        Command::Allow(Domain { domain, reason }) => {
            told(moderation::set(app, &domain, Rule::Allowed, reason).await?)
        }
        Command::Unblock(Domain { domain, reason }) => told(moderation::unset(app, &domain, reason).await?),
        Command::Suspend { url, reason } => told(suspension::suspend(app, &url, reason).await?),
        Command::Unsuspend { url } => told(suspension::unsuspend(app, &url).await?),
        Command::Blocks { json } => list(app, json).await,
        Command::ImportBlocks { file, dry_run, replace } => import(app, &file, dry_run, replace).await,
        Command::ExportBlocks => {
            let rules = app.db.read(|conn| Ok::<_, db::Error>(model::moderation::rules(conn)?)).await?;
            print::line(blocklist::csv(&rules)?.trim_end());
            Ok(())
        }
        Command::Purge { domain, yes, reason } => purge(app, &domain, yes, reason).await,
    }
}

/// The result, and what it did beside that.
fn told((what, effects): (String, Effects)) -> Result<(), Failure> {
    print::line(what);
    note(effects);
    Ok(())
}

fn note(effects: Effects) {
    let Effects { followers, following, deliveries, publications } = effects;
    if effects != Effects::default() {
        print::note(format!(
            "{followers} followers removed, {following} follows ended, {deliveries} waiting deliveries dropped, other replies shown under {publications} publications"
        ));
    }
}

async fn list(app: &SharedApp, json: bool) -> Result<(), Failure> {
    let read = |conn: &mut db::Conn| {
        Ok::<_, db::Error>((model::moderation::rules(conn)?, model::moderation::suspensions(conn)?))
    };
    let (rules, suspended) = app.db.read(read).await?;
    let mut rows: Vec<Value> = Vec::with_capacity(rules.len() + suspended.len());
    rows.extend(rules.iter().map(|row| {
        json!({"domain": row.domain, "rule": row.rule, "since": row.since.and_utc(), "reason": row.reason})
    }));
    rows.extend(suspended.iter().map(|row| {
        json!({"actor": row.url, "rule": "suspended", "since": row.since.and_utc(), "reason": row.reason})
    }));
    print::rows(&rows, json, |row| {
        let text = |key: &str| row.get(key).and_then(Value::as_str).map(str::to_owned);
        let whose = text("domain").or_else(|| text("actor"));
        [whose, text("rule"), text("since"), text("reason")]
            .map(|cell| cell.unwrap_or_else(|| "-".to_owned()))
            .to_vec()
    })
}

async fn import(app: &SharedApp, file: &Path, dry_run: bool, replace: bool) -> Result<(), Failure> {
    let said = |what: String| Failure::Said(format!("{}: {what}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| said(format!("cannot be read: {error}")))?;
    let lines = blocklist::parse(&text).map_err(|error| said(error.to_string()))?;
    let done = blocklist::import(app, lines, replace, dry_run).await;
    let (outcomes, effects) = done.map_err(|error| said(error.to_string()))?;
    let rows: Vec<(String, String)> = outcomes
        .into_iter()
        .map(|(domain, outcome)| {
            let told = match outcome {
                Outcome::Set(rule) => rule.to_string(),
                Outcome::Same(rule) => format!("{rule} already"),
                Outcome::Kept(rule) => format!("stays {rule}: --replace weakens it"),
                Outcome::Skipped => "skipped: noop".to_owned(),
            };
            (domain, told)
        })
        .collect();
    print::rows(&rows, false, |(domain, told)| vec![domain.clone(), told.clone()])?;
    note(effects);
    Ok(())
}

async fn purge(app: &SharedApp, domain: &str, yes: bool, reason: Option<String>) -> Result<(), Failure> {
    if !yes {
        return Err(Failure::Said(format!(
            "all that is kept of {domain} would be removed for good: add --yes, and block it first if it shall not come back"
        )));
    }
    let (domain, purged) = suspension::purge(app, domain, reason).await?;
    print::line(domain);
    let suspension::Purged { actors, replies, reactions } = purged;
    print::note(format!("{actors} actors, {replies} replies and {reactions} likes and shares removed"));
    Ok(())
}

#[derive(Debug, Subcommand)]
pub(super) enum Audit {
    /// List who moderated what, and why; the latest first.
    List {
        /// For programs.
        #[arg(long)]
        json: bool,
    },
}

pub(super) async fn audit(path: &Path, command: Audit) -> Result<(), Failure> {
    let Audit::List { json } = command;
    let app = open::node(path).await?;
    let entries = app.db.read(|conn| Ok::<_, db::Error>(model::audit::list(conn, ENTRIES)?)).await?;
    let rows: Vec<Value> = entries
        .into_iter()
        .map(|entry| {
            json!({
                "at": entry.made_at.and_utc(), "who": entry.who, "act": entry.act, "target": entry.target,
                "reason": entry.reason,
            })
        })
        .collect();
    print::rows(&rows, json, |row| {
        let text = |key: &str| row.get(key).and_then(Value::as_str).unwrap_or("-").to_owned();
        ["at", "who", "act", "target", "reason"].map(text).to_vec()
    })
}
