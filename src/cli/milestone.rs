//! `milestone set`.

use std::path::Path;

use clap::Subcommand;

use super::{Failure, open, print};
use crate::actions::milestone::{self, Change};
use crate::domain::publication::{MilestoneStatus, When};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Say how far a milestone has come. Prints the URL of the roadmap.
    Set {
        /// The URL of the roadmap, or the id at its end.
        id: String,
        /// The title of the milestone.
        #[arg(long, value_name = "TITLE")]
        milestone: String,
        /// planned, under_way, late, done or abandoned.
        #[arg(long)]
        status: MilestoneStatus,
        /// The handle of the organisation that says so.
        #[arg(long, value_name = "ORG")]
        by: String,
        /// Why; it is published.
        #[arg(long)]
        reason: String,
        /// 0 to 100.
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=100))]
        progress: Option<u8>,
        /// Another due date, such as 2026-12-31 or 2026-12.
        #[arg(long, value_name = "DATE")]
        due: Option<When>,
    },
}

pub(super) async fn run(path: &Path, command: Command) -> Result<(), Failure> {
    let Command::Set { id, milestone, status, by, reason, progress, due } = command;
    let app = open::node(path).await?;
    let change = Change { id, milestone, status, by, reason, progress, due };
    print::line(milestone::set(&app, change).await?);
    Ok(())
}
