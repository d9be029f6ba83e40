//! What happens because its time has come, without anybody asking: one place for all of it. Each duty looks for what is due by
//! the App's clock, does each thing in a transaction that takes it first, and so does it once, however many workers look.

use std::time::Duration;

use tokio::sync::watch;

use crate::actions;
use crate::app::{App, SharedApp};
use crate::jobs;

/// How often each duty looks. Nothing here is promised to the second.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Does what is due until `shutdown` says so.
pub(super) async fn run(app: SharedApp, mut shutdown: watch::Receiver<bool>) {
    loop {
        duties(&app).await;
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = jobs::stopped(&mut shutdown) => return,
        }
    }
}

/// One look of each duty: a line each. One that fails keeps no other from being done, and is tried again at the next look.
async fn duties(app: &App) {
    said("consultations", actions::consultation::tend(app).await);
}

fn said(duty: &'static str, result: Result<usize, actions::Error>) {
    match result {
        Ok(0) => {}
        Ok(done) => tracing::info!(duty, done, "did what was due"),
        Err(error) => tracing::error!(duty, %error, "what was due could not be done; it is tried again"),
    }
}
