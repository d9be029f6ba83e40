//! `publish` and `withdraw`.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{Failure, open, print};
use crate::actions::front_matter::Manuscript;
use crate::actions::publication::{self, Preview, Travel};
use crate::actions::{Error, attachment, zone};
use crate::app::App;

/// What stands between the +++ lines.
const KEYS: &str = "\
Keys of every kind: kind, coalition, title, slug, id, summary, language, licence, tags, authors, state,
  reason (of this revision; a correction needs one), [[attachments]] file or url, name, role (slides, notes)
proposal      method, opens, closes, quorum
consultation  options, multiple, opens, closes
minutes       series, edition, date or start, end, timezone, tentative_until, place, attendance, organisations,
              agenda, questions, next, effects (false: adoption makes nothing),
              [[points]] title, outcome, text, owners, due, decision (the one that is published already), was,
              [[persons]] name, organisation, consent (the day of it; nobody is named without)
roadmap       [[milestones]] title, description, dimension, owners, start, due, status, progress, reason, was,
              proposal, decision, indicator = { name, unit, baseline, target, measured = [{ date, value }] },
              victory = { text, reached }
decision      date, method, source, review
meeting       as minutes without attendance, persons and effects; join_url, registration_url, capacity
A milestone is never deleted: abandon it with a reason, or rename it with was = \"its former title\".
Dates are TOML dates, or texts such as \"2026-12\".";

#[derive(Debug, Args)]
#[command(after_long_help = KEYS)]
pub(super) struct Arguments {
    /// Markdown with TOML between +++ lines.
    #[arg(required = true, value_name = "FILE.md")]
    files: Vec<PathBuf>,
    /// Say what Mastodon and GoToSocial will show, and publish nothing.
    #[arg(long)]
    dry_run: bool,
    /// Keep pages and outbox, deliver nothing: for archives.
    #[arg(long)]
    quiet: bool,
}

#[derive(Debug, Args)]
pub(super) struct Withdraw {
    /// The URL of the publication, or the id at its end.
    id: String,
    /// Why; it is published.
    #[arg(long)]
    reason: String,
}

pub(super) async fn run(path: &Path, arguments: Arguments) -> Result<(), Failure> {
    let app = open::node(path).await?;
    let mut manuscripts = Vec::with_capacity(arguments.files.len());
    for file in &arguments.files {
        let mut manuscript = read(&app, file)?;
        let folder = file.parent().unwrap_or(Path::new(""));
        let taken = attachment::take(&app, folder, &mut manuscript, !arguments.dry_run).await;
        taken.map_err(|error| Failure::Said(format!("{}: {error}", file.display())))?;
        manuscripts.push(manuscript);
    }
    let named =
        |(index, error): (Option<usize>, Error)| match index.and_then(|index| arguments.files.get(index)) {
            Some(file) => Failure::Said(format!("{}: {error}", file.display())),
            None => Failure::Action(error),
        };
    if arguments.dry_run {
        for preview in publication::preview(&app, manuscripts).await.map_err(named)? {
            show(&app, &preview);
        }
        return Ok(());
    }
    let travel = if arguments.quiet { Travel::Quiet } else { Travel::Deliver };
    for published in publication::publish(&app, manuscripts, travel).await.map_err(named)? {
        print::line(published.id);
    }
    Ok(())
}

/// Reads a manuscript; a sentence names the file.
pub(super) fn read(app: &App, file: &Path) -> Result<Manuscript, Failure> {
    let said = |what: String| Failure::Said(format!("{}: {what}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| said(format!("cannot be read: {error}")))?;
    let stem = file.file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
    Manuscript::parse(&text, &stem, zone(app)).map_err(|error| said(error.to_string()))
}

fn show(app: &App, preview: &Preview) {
    print::line(format!("What would be done: {:?}", preview.outcome).to_lowercase());
    if !preview.options.is_empty() {
        print::line("Mastodon and GoToSocial, as a poll:");
        print::line(format!("  {}", preview.content));
        for option in &preview.options {
            print::line(format!("  ( ) {option}"));
        }
        return print::line("");
    }
    print::line("Mastodon:");
    print::line(format!("  {}", preview.title));
    print::line(format!("  {}", preview.summary));
    print::line(format!("  {}/publications/…", app.urls.base()));
    print::line("GoToSocial:");
    print::line(format!("  [{}]", preview.summary));
    print::line(format!("  {}", preview.content));
    print::line("");
}

pub(super) async fn withdraw(path: &Path, arguments: Withdraw) -> Result<(), Failure> {
    let app = open::node(path).await?;
    print::line(publication::withdraw(&app, arguments.id, arguments.reason).await?);
    Ok(())
}
