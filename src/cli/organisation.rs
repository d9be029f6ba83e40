//! `organisation create`, `rotate-keys`, `alias` and `move`.

use std::path::Path;

use clap::Subcommand;

use super::{Failure, keys, moving, open, print};
use crate::actions::organisation::{NewOrganisation, create};
use crate::domain::actor::{ActorKind, OrganisationKind};
use crate::domain::words::UnknownWord;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Create an organisation. Prints its URL.
    Create {
        /// The handle.
        #[arg(long)]
        handle: String,
        /// The name.
        #[arg(long)]
        name: String,
        /// What it is in law: local_authority, administration, company, association, research, education, union, commons,
        /// international or other.
        #[arg(long, value_parser = kind)]
        kind: OrganisationKind,
    },
    /// Replace its keys. Prints the id of the new one.
    RotateKeys(keys::RotateKeys),
    /// Say that it is the same as another address, so that this one can move here. Prints the id of the other.
    Alias(moving::Alias),
    /// Move to another address: its followers are asked to follow it there. Prints the id of where it is now.
    Move(moving::Move),
}

fn kind(word: &str) -> Result<OrganisationKind, UnknownWord> {
    word.parse()
}

pub(super) async fn run(path: &Path, command: Command) -> Result<(), Failure> {
    let (handle, name, kind) = match command {
        Command::Create { handle, name, kind } => (handle, name, kind),
        Command::RotateKeys(command) => return keys::run(path, ActorKind::Organisation, command).await,
        Command::Alias(command) => return moving::alias_of(path, ActorKind::Organisation, command).await,
        Command::Move(command) => return moving::move_of(path, ActorKind::Organisation, command).await,
    };
    let app = open::node(path).await?;
    let new = NewOrganisation { handle, name, kind, summary: String::new(), website: None, territory: None };
    print::line(create(&app, new).await?);
    Ok(())
}
