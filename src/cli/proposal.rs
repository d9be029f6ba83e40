//! `proposal open`, `phase`, `round`, `close`, `amend`, `answer` and `show`.

use std::path::{Path, PathBuf};

use clap::{ArgGroup, Subcommand};
use serde_json::Value;

use super::{Failure, open, print};
use crate::actions::{self, amendment, closing, proposal};
use crate::app::App;
use crate::domain::publication::When;
use crate::domain::round::{AmendmentState, Phase};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Open a draft: its first round begins now. Prints its URL.
    Open {
        /// The URL of the proposal, or the id at its end.
        id: String,
        /// The handle of a steward, co-steward or facilitator of the coalition.
        #[arg(long, value_name = "ORG")]
        by: String,
        /// The deadline: 2026-12-31 or 2026-12-31T18:00:00+01:00; else that of the text.
        #[arg(long, value_name = "DATE")]
        closes: Option<When>,
        /// Why; it is published.
        #[arg(long)]
        reason: Option<String>,
    },
    /// Go on to another phase of the round: clarify, react, object, resolve. Prints its URL.
    Phase {
        /// The URL of the proposal, or the id at its end.
        id: String,
        /// The phase.
        phase: Phase,
        /// The handle of a steward, co-steward or facilitator of the coalition.
        #[arg(long, value_name = "ORG")]
        by: String,
        /// Why; it is published.
        #[arg(long)]
        reason: Option<String>,
    },
    /// Begin another round: everybody is asked again, objections stay. Prints its URL.
    Round {
        /// The URL of the proposal, or the id at its end.
        id: String,
        /// The handle of a steward, co-steward or facilitator of the coalition.
        #[arg(long, value_name = "ORG")]
        by: String,
        /// Its deadline: 2026-12-31 or 2026-12-31T18:00:00+01:00.
        #[arg(long, value_name = "DATE")]
        closes: When,
        /// Why; it is published.
        #[arg(long)]
        reason: Option<String>,
    },
    /// Close a proposal: its record says what it came to. Prints what that is, its URL and that of the decision.
    Close {
        /// The URL of the proposal, or the id at its end.
        id: String,
        /// The handle of a steward, co-steward or facilitator of the coalition; of an advice also an author.
        #[arg(long, value_name = "ORG")]
        by: String,
        /// After an advice: go ahead.
        #[arg(long, conflicts_with = "not_adopted")]
        adopted: bool,
        /// After an advice: give it up.
        #[arg(long)]
        not_adopted: bool,
        /// Why; it is published, and needed before the deadline.
        #[arg(long)]
        reason: Option<String>,
    },
    /// Propose another text for a proposal. Prints the amendment's id.
    Amend {
        /// The URL of the proposal, or the id at its end.
        id: String,
        /// The handle of the organisation, a member of the coalition.
        #[arg(long, value_name = "ORG")]
        by: String,
        /// A file with the whole text as it should be, Markdown.
        #[arg(long)]
        file: PathBuf,
        /// Why; it is published.
        #[arg(long)]
        reason: Option<String>,
    },
    /// Answer an amendment: an accepted one becomes the text, and positions are asked again. Prints the proposal's URL.
    #[command(group(ArgGroup::new("answer").required(true).args(["accept", "decline", "withdraw"])))]
    Answer {
        /// The id of the amendment.
        amendment: String,
        /// The handle of a steward, co-steward, facilitator or author; of its own author to withdraw it.
        #[arg(long, value_name = "ORG")]
        by: String,
        /// Take its text.
        #[arg(long)]
        accept: bool,
        /// Leave the text as it is; with a reason.
        #[arg(long)]
        decline: bool,
        /// Take the amendment back.
        #[arg(long)]
        withdraw: bool,
        /// Why; it is published.
        #[arg(long)]
        reason: Option<String>,
    },
    /// Show where a proposal stands: round, tally, positions, amendments, acts.
    Show {
        /// The URL of the proposal, or the id at its end.
        id: String,
        /// For programs.
        #[arg(long)]
        json: bool,
    },
}

pub(super) async fn run(path: &Path, command: Command) -> Result<(), Failure> {
    let app = open::node(path).await?;
    let line = match command {
        Command::Open { id, by, closes, reason } => proposal::open(&app, id, by, closes, reason).await?,
        Command::Phase { id, phase, by, reason } => proposal::phase(&app, id, by, phase, reason).await?,
        Command::Round { id, by, closes, reason } => {
            proposal::next_round(&app, id, by, closes, reason).await?
        }
        Command::Close { id, by, adopted, not_adopted, reason } => {
            let choice = (adopted || not_adopted).then_some(adopted);
            let ended = closing::close(&app, id, by, choice, reason).await?;
            let state = if ended.closed.adopted { "adopted" } else { "not_adopted" };
            let decision = ended.decision.map(|url| format!("  {url}")).unwrap_or_default();
            format!("{state}  {}  {}{decision}", ended.closed.why, ended.url)
        }
        Command::Amend { id, by, file, reason } => {
            let text = std::fs::read_to_string(&file)
                .map_err(|error| Failure::Said(format!("{}: cannot be read: {error}", file.display())))?;
            amendment::propose(&app, id, by, text, reason).await?
        }
        Command::Answer { amendment: id, by, accept, decline, reason, .. } => {
            let to = match (accept, decline) {
                (true, _) => AmendmentState::Accepted,
                (_, true) => AmendmentState::Declined,
                _ => AmendmentState::Withdrawn,
            };
            amendment::answer(&app, id, by, to, reason).await?
        }
        Command::Show { id, json } => return show(&app, id, json).await,
    };
    print::line(line);
    Ok(())
}

async fn show(app: &App, id: String, as_json: bool) -> Result<(), Failure> {
    let shown = actions::ballot::show(app, id).await?;
    if as_json {
        return print::value(&shown);
    }
    let text = |value: &Value, key: &str| match value.get(key) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => "-".to_owned(),
        Some(other) => other.to_string(),
    };
    for key in [
        "id", "state", "method", "version", "round", "phase", "opens", "closes", "needed", "tally", "outcome",
    ] {
        print::line(format!("{key:<8}  {}", text(&shown, key)));
    }
    for (list, keys) in [
        ("positions", ["organisation", "stance", "counts", "taken", "reason"].as_slice()),
        ("amendments", &["id", "organisation", "state", "proposed", "reason"]),
        ("acts", &["act", "by", "at", "round", "reason"]),
    ] {
        let rows = shown.get(list).and_then(Value::as_array).cloned().unwrap_or_default();
        if !rows.is_empty() {
            print::line(format!("\n{list}"));
        }
        let cells = |row: &Value| keys.iter().map(|key| text(row, key)).collect();
        print::rows(&rows, false, |row| cells(row))?;
    }
    Ok(())
}
