//! `… alias` and `… move`, of whoever can be followed.

use std::path::Path;

use clap::Args;

use super::{Failure, open, print};
use crate::actions::moving::{alias, cancel, move_to};
use crate::domain::actor::ActorKind;

#[derive(Debug, Args)]
pub(super) struct Alias {
    /// The handle.
    handle: String,
    /// @user@server or a URL: the other address.
    other: String,
    /// It is not the same any more.
    #[arg(long)]
    remove: bool,
}

#[derive(Debug, Args)]
pub(super) struct Move {
    /// The handle.
    handle: String,
    /// @user@server or a URL: where to. It must name this one as another address of it first.
    #[arg(long, required_unless_present = "cancel", conflicts_with = "cancel")]
    to: Option<String>,
    /// End the move: it speaks here again.
    #[arg(long)]
    cancel: bool,
    /// Why; its page says so.
    #[arg(long)]
    reason: Option<String>,
}

/// Prints the other's id.
pub(super) async fn alias_of(path: &Path, kind: ActorKind, command: Alias) -> Result<(), Failure> {
    let app = open::node(path).await?;
    print::line(alias(&app, kind, &command.handle, &command.other, command.remove).await?);
    Ok(())
}

/// Prints the id of where it is now.
pub(super) async fn move_of(path: &Path, kind: ActorKind, command: Move) -> Result<(), Failure> {
    let app = open::node(path).await?;
    print::line(match command.to {
        Some(to) => move_to(&app, kind, &command.handle, &to, command.reason).await?,
        None => cancel(&app, kind, &command.handle, command.reason).await?,
    });
    Ok(())
}
