//! `reply hide` and `reply show`.

use std::path::Path;

use clap::Subcommand;

use super::{Failure, open, print};
use crate::actions::reply;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Hide a reply from the publication's page. Prints its URL.
    Hide {
        /// Its address on its own server.
        url: String,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Show a hidden reply again. Prints its URL.
    Show {
        /// Its address on its own server.
        url: String,
    },
}

pub(super) async fn run(path: &Path, command: Command) -> Result<(), Failure> {
    let app = open::node(path).await?;
    let url = match command {
        Command::Hide { url, reason } => {
            reply::hide(&app, url.clone(), reason).await?;
            url
        }
        Command::Show { url } => {
            reply::show(&app, url.clone()).await?;
            url
        }
    };
    print::line(url);
    Ok(())
}
