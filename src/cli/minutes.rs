//! `minutes submit`, `approve`, `adopt` and `correct`.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::{Failure, open, print, publish};
use crate::actions::attachment;
use crate::actions::minutes::{self, Deed};
use crate::domain::act::Act;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The URL of the minutes, or the id at its end.
    id: String,
    /// The handle of the organisation that does it.
    #[arg(long, value_name = "ORG")]
    by: String,
    /// Why; it is published.
    #[arg(long)]
    reason: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Submit a draft to those who attended. Prints its URL.
    Submit(Arguments),
    /// Approve minutes as an organisation that attended; once more than half have, they are adopted. Prints their URL.
    Approve(Arguments),
    /// Adopt minutes of which no attending organisation is known here, with a reason. Prints their URL.
    Adopt(Arguments),
    /// Publish a corrected text of adopted minutes; it is adopted again by those who attended. Prints their URL.
    Correct {
        /// The corrected file, as `publish` takes it.
        #[arg(value_name = "FILE.md")]
        file: PathBuf,
        /// The handle of the organisation that corrects.
        #[arg(long, value_name = "ORG")]
        by: String,
        /// What was wrong; it is published.
        #[arg(long)]
        reason: String,
    },
}

pub(super) async fn run(path: &Path, command: Command) -> Result<(), Failure> {
    let app = open::node(path).await?;
    let (act, Arguments { id, by, reason }) = match command {
        Command::Submit(arguments) => (Act::Submitted, arguments),
        Command::Approve(arguments) => (Act::Approved, arguments),
        Command::Adopt(arguments) => (Act::Adopted, arguments),
        Command::Correct { file, by, reason } => {
            let mut manuscript = publish::read(&app, &file)?;
            let folder = file.parent().unwrap_or(Path::new(""));
            attachment::take(&app, folder, &mut manuscript, true).await?;
            print::line(minutes::correct(&app, manuscript, by, reason).await?);
            return Ok(());
        }
    };
    print::line(minutes::act(&app, Deed { act, id, by, reason }).await?);
    Ok(())
}
