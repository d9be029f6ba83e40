//! `publication pin`, `unpin`, `lock` and `unlock`.

use std::path::Path;

use clap::Subcommand;

use super::{Failure, open, print};
use crate::actions::{lock, pin};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show a publication first on its coalition's page and profile; at most five are. Prints its URL.
    Pin {
        /// The URL of the publication, or the id at its end.
        id: String,
    },
    /// Show it in its place again. Prints its URL.
    Unpin {
        /// The URL of the publication, or the id at its end.
        id: String,
    },
    /// Take no new replies to a publication. Prints its URL.
    Lock {
        /// The URL of the publication, or the id at its end.
        id: String,
        /// Why; it is shown.
        #[arg(long)]
        reason: Option<String>,
    },
    /// Take replies to a publication again. Prints its URL.
    Unlock {
        /// The URL of the publication, or the id at its end.
        id: String,
    },
}

pub(super) async fn run(path: &Path, command: Command) -> Result<(), Failure> {
    let app = open::node(path).await?;
    let url = match command {
        Command::Pin { id } => pin::pin(&app, id).await?,
        Command::Unpin { id } => pin::unpin(&app, id).await?,
        Command::Lock { id, reason } => lock::lock(&app, id, reason).await?,
        Command::Unlock { id } => lock::unlock(&app, id).await?,
    };
    print::line(url);
    Ok(())
}
