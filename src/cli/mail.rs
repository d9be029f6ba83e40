//! `mail list`, `mail retry` and `mail test`.

use std::path::Path;

use clap::Subcommand;
use serde_json::{Value, json};

use super::{Failure, open, print};
use crate::app::App;
use crate::domain::mail::State;
use crate::model;
use crate::text::Lang;
use crate::{db, mail, text};

/// Most mails that are listed.
const MOST: i64 = 1000;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List the mails that wait, latest first: to which domain, how often they were tried, and what the mail server said.
    List {
        /// What was given up instead.
        #[arg(long)]
        failed: bool,
        /// For programs.
        #[arg(long)]
        json: bool,
    },
    /// Try what waits again now. Prints how many mails. What was given up is gone: its text was erased.
    Retry,
    /// Send a mail that says it is a test, now, and say what came of it.
    Test {
        /// To whom.
        address: String,
    },
}

pub(super) async fn run(path: &Path, command: Command) -> Result<(), Failure> {
    let app = open::node(path).await?;
    match command {
        Command::List { failed, json } => list(&app, failed, json).await,
        Command::Retry => {
            let now = app.now().naive_utc();
            let hurry = move |conn: &mut db::Conn| Ok::<_, db::Error>(model::mail::hurry(conn, now)?);
            print::line(app.db.write(hurry).await?);
            Ok(())
        }
        Command::Test { address } => test(&app, &address).await,
    }
}

async fn list(app: &App, failed: bool, json: bool) -> Result<(), Failure> {
    let state = if failed { State::Failed } else { State::Pending };
    let read = move |conn: &mut db::Conn| Ok::<_, db::Error>(model::mail::list(conn, state, MOST)?);
    let rows: Vec<Value> = app.db.read(read).await?.iter().map(value).collect();
    print::fields(&rows, json, &["id", "domain", "attempts", "since", "next", "error"])
}

fn value(mail: &model::mail::Mail) -> Value {
    let waits = mail.state == State::Pending;
    json!({
        "id": mail.id,
        "state": mail.state,
        "domain": mail.recipient.rsplit('@').next().unwrap_or_default(),
        "cause": mail.cause.split('/').next().unwrap_or_default(),
        "attempts": mail.attempts,
        "since": mail.created_at.and_utc(),
        "next": waits.then(|| mail.run_at.and_utc()),
        "ended": mail.ended_at.map(|at| at.and_utc()),
        "error": mail.last_error,
    })
}

async fn test(app: &App, address: &str) -> Result<(), Failure> {
    if !app.config.mail.is_on() {
        return Err(Failure::Said(
            "no mail leaves this node: set mail.smtp_url and mail.from first".to_owned(),
        ));
    }
    if !mail::is_address(address) {
        return Err(Failure::Said(format!("`{address}` is no e-mail address: write name@example.org")));
    }
    let node = &app.config.node;
    let lang = Lang::of_tag(&node.language).unwrap_or_default();
    let (subject, text) = text::mail::trial(lang, &node.name, app.urls.base());
    mail::send_now(app, address, &subject, &text).await?;
    print::line(format!(
        "the mail server took a mail to {address}: look whether it arrives, and not among the unwanted"
    ));
    Ok(())
}
