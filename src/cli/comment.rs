//! `comment add`, `comment edit` and `comment delete`.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::{Failure, open, print};
use crate::actions::comment::{self, Commented, Words};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Answer a publication, a comment or a reply. Prints the URL of the comment.
    Add {
        /// The URL of what is answered.
        url: String,
        /// The handle of the organisation, person or coalition that says it.
        #[arg(long, value_name = "HANDLE")]
        by: String,
        #[command(flatten)]
        written: Written,
    },
    /// Change what a comment says. Prints its URL.
    Edit {
        /// The URL of the comment.
        url: String,
        #[command(flatten)]
        written: Written,
    },
    /// Delete a comment, here and wherever it went. Prints its URL.
    Delete {
        /// The URL of the comment.
        url: String,
    },
}

#[derive(Debug, Args)]
pub(super) struct Written {
    /// Markdown; @user@server names somebody, #word is a hashtag.
    #[arg(long, required_unless_present = "file", conflicts_with = "file")]
    text: Option<String>,
    /// A file with the Markdown.
    #[arg(long)]
    file: Option<PathBuf>,
    /// Such as fr or en; that of the publication where absent.
    #[arg(long)]
    language: Option<String>,
}

impl Written {
    fn words(self) -> Result<Words, Failure> {
        let text = match (self.text, self.file) {
            (Some(text), _) => text,
            (None, Some(file)) => std::fs::read_to_string(&file)
                .map_err(|error| Failure::Said(format!("{}: cannot be read: {error}", file.display())))?,
            (None, None) => String::new(),
        };
        Ok(Words { text, language: self.language })
    }
}

pub(super) async fn run(path: &Path, command: Command) -> Result<(), Failure> {
    let app = open::node(path).await?;
    match command {
        Command::Add { url, by, written } => tell(comment::add(&app, url, by, written.words()?).await?),
        Command::Edit { url, written } => tell(comment::edit(&app, url, written.words()?).await?),
        Command::Delete { url } => print::line(comment::delete(&app, url).await?),
    }
    Ok(())
}

fn tell(done: Commented) {
    for (name, why) in done.unknown {
        print::note(format!("{name} stays text: {why}"));
    }
    print::line(done.url);
}
