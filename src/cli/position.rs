//! `position take`, `position withdraw` and `position resolve`.

use std::path::Path;

use clap::Subcommand;

use super::{Failure, open, print};
use crate::actions::position;
use crate::domain::position::Stance;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Take a position on an open proposal. Prints the proposal's URL.
    Take {
        /// The URL of the proposal, or the id at its end.
        id: String,
        /// The handle of the organisation, a member of the coalition.
        #[arg(long, value_name = "ORG")]
        by: String,
        /// consent, stand_aside or object; by advice or majority agree, abstain or disagree.
        #[arg(long)]
        stance: Stance,
        /// Why; it is published, and an objection needs one.
        #[arg(long)]
        reason: Option<String>,
    },
    /// Take a position back: the organisation has none until it takes another. Prints the proposal's URL.
    Withdraw {
        /// The URL of the proposal, or the id at its end.
        id: String,
        /// The handle of the organisation.
        #[arg(long, value_name = "ORG")]
        by: String,
        /// Why; it is published.
        #[arg(long)]
        reason: Option<String>,
    },
    /// Mark the organisation's own objection as resolved. Prints the proposal's URL.
    Resolve {
        /// The URL of the proposal, or the id at its end.
        id: String,
        /// The handle of the organisation that objected.
        #[arg(long, value_name = "ORG")]
        by: String,
        /// How it was resolved; it is published.
        #[arg(long)]
        reason: String,
        /// Where it stands now: consent, unless it is stand_aside.
        #[arg(long)]
        stance: Option<Stance>,
    },
}

pub(super) async fn run(path: &Path, command: Command) -> Result<(), Failure> {
    let app = open::node(path).await?;
    let url = match command {
        Command::Take { id, by, stance, reason } => position::take(&app, id, by, stance, reason).await?,
        Command::Withdraw { id, by, reason } => position::withdraw(&app, id, by, reason).await?,
        Command::Resolve { id, by, reason, stance } => {
            position::resolve(&app, id, by, reason, stance).await?
        }
    };
    print::line(url);
    Ok(())
}
