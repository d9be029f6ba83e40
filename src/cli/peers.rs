//! Asks servers that were met what they run, beside everything else: one that answers slowly keeps nobody waiting.

use std::time::Duration;

use tokio::sync::watch;

use crate::ap::nodeinfo;
use crate::app::SharedApp;
use crate::jobs;

/// How often it is looked whom to ask.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Asks who is due until `shutdown` says so.
pub(super) async fn run(app: SharedApp, mut shutdown: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = jobs::stopped(&mut shutdown) => return,
        }
        let asked = tokio::select! {
            asked = nodeinfo::ask_due(&app) => asked,
            () = jobs::stopped(&mut shutdown) => return,
        };
        if let Err(error) = asked {
            tracing::error!(%error, "what other servers run could not be kept; they are asked again");
        }
    }
}
