//! `… rotate-keys`, of whatever has keys.

use std::path::Path;

use clap::Args;

use super::{Failure, open, print};
use crate::actions::keys::rotate;
use crate::app::SharedApp;
use crate::domain::actor::ActorKind;

#[derive(Debug, Args)]
pub(super) struct RotateKeys {
    /// The handle.
    handle: String,
    #[command(flatten)]
    how: How,
}

/// How keys are replaced.
#[derive(Debug, Args)]
pub(super) struct How {
    /// The Ed25519 keys until now are not to be believed any more: what they signed can no longer be verified.
    #[arg(long)]
    revoke: bool,
}

/// Prints the id of the new key.
pub(super) async fn run(path: &Path, kind: ActorKind, command: RotateKeys) -> Result<(), Failure> {
    let app = open::node(path).await?;
    rotated(&app, kind, &command.handle, &command.how).await
}

/// As [`run`], of an actor whose handle nobody types.
pub(super) async fn rotated(
    app: &SharedApp,
    kind: ActorKind,
    handle: &str,
    how: &How,
) -> Result<(), Failure> {
    print::line(rotate(app, kind, handle, how.revoke).await?);
    Ok(())
}
