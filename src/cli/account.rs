//! `account create`, `delete`, `rotate-keys`, `alias` and `move`.

use std::io::Read;
use std::path::Path;

use clap::Subcommand;

use super::{Failure, keys, moving, open, print};
use crate::actions::account::{NewAccount, create};
use crate::actions::deletion::delete;
use crate::domain::actor::ActorKind;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Create the account of a person. Prints its URL.
    Create {
        /// The handle.
        #[arg(long)]
        username: String,
        /// The address.
        #[arg(long)]
        email: String,
        /// Lets the person administer the node.
        #[arg(long)]
        admin: bool,
        /// Read the password from stdin. Without it the account has none yet.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Delete an account for good: what the person said goes, here and, as far as they heed it, on other servers. Prints its URL.
    Delete {
        /// The handle, which is never given again.
        handle: String,
        /// Needed: it cannot be undone.
        #[arg(long, required = true)]
        yes: bool,
        /// Why, for the audit log.
        #[arg(long)]
        reason: Option<String>,
    },
    /// Replace its keys. Prints the id of the new one.
    RotateKeys(keys::RotateKeys),
    /// Say that it is the same as another address, so that this one can move here. Prints the id of the other.
    Alias(moving::Alias),
    /// Move to another address: its followers are asked to follow it there. Prints the id of where it is now.
    Move(moving::Move),
}

pub(super) async fn run(path: &Path, command: Command) -> Result<(), Failure> {
    let (username, email, admin, password_stdin) = match command {
        Command::Create { username, email, admin, password_stdin } => {
            (username, email, admin, password_stdin)
        }
        Command::Delete { handle, yes: _, reason } => {
            let app = open::node(path).await?;
            print::line(delete(&app, &handle, reason).await?);
            return Ok(());
        }
        Command::RotateKeys(command) => return keys::run(path, ActorKind::Person, command).await,
        Command::Alias(command) => return moving::alias_of(path, ActorKind::Person, command).await,
        Command::Move(command) => return moving::move_of(path, ActorKind::Person, command).await,
    };
    let password = if password_stdin { Some(from_stdin()?) } else { None };
    let app = open::node(path).await?;
    let new = NewAccount { username, email, admin, password };
    print::line(create(&app, new).await?);
    Ok(())
}

/// The password: stdin without the line break at its end.
fn from_stdin() -> Result<String, Failure> {
    let mut text = String::new();
    std::io::stdin()
        .take(4096)
        .read_to_string(&mut text)
        .map_err(|error| Failure::Said(format!("the password cannot be read from stdin: {error}")))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}
