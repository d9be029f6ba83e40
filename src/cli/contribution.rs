//! `contribution publish`.

use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::{Failure, open, print};
use crate::actions::contribution::{NewContribution, publish};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Publish what a member organisation contributes; the coalition passes it on to its followers. Prints its URL.
    Publish {
        /// The handle of the coalition.
        #[arg(long, value_name = "H")]
        coalition: String,
        /// The handle of the organisation.
        #[arg(long, value_name = "ORG")]
        by: String,
        /// What it says, in Markdown.
        #[arg(long, conflicts_with = "file", required_unless_present = "file")]
        text: Option<String>,
        /// A file that holds it.
        #[arg(long, value_name = "FILE.md")]
        file: Option<PathBuf>,
        /// Its language (BCP 47); the coalition's where none is told.
        #[arg(long)]
        language: Option<String>,
    },
}

pub(super) async fn run(path: &Path, command: Command) -> Result<(), Failure> {
    let Command::Publish { coalition, by, text, file, language } = command;
    let text = match file {
        Some(file) => std::fs::read_to_string(&file)
            .map_err(|error| Failure::Said(format!("{}: cannot be read: {error}", file.display())))?,
        None => text.unwrap_or_default(),
    };
    let app = open::node(path).await?;
    let bare = |handle: String| handle.trim_start_matches('@').to_owned();
    let new = NewContribution { coalition: bare(coalition), by: bare(by), text, language };
    print::line(publish(&app, new).await?);
    Ok(())
}
