//! What happens because its time has come, without anybody asking: one place for all of it. Each duty looks for what is due by
//! the App's clock, does each thing in a transaction that takes it first, and so does it once, however many workers look.

use std::time::Duration;

use tokio::sync::watch;

use crate::actions::{self, Error};
use crate::app::SharedApp;
use crate::jobs;

/// How often each duty looks. Nothing here is promised to the second.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Does what is due until `shutdown` says so: a line each, side by side, so that none waits for another.
pub(super) async fn run(app: SharedApp, shutdown: watch::Receiver<bool>) {
    let app = &app;
    tokio::join!(
        duty("consultations", shutdown.clone(), || actions::consultation::tend(app)),
        duty("reviews", shutdown.clone(), || actions::decision::tend(app)),
        duty("proposals", shutdown.clone(), || actions::closing::tend(app)),
        duty("handles", shutdown, || actions::handles::tend(app)),
    );
}

/// Looks again and again. A look that fails is followed by the next one.
async fn duty<F: Future<Output = Result<usize, Error>>>(
    name: &'static str,
    mut shutdown: watch::Receiver<bool>,
    look: impl Fn() -> F,
) {
    let looks = async {
        loop {
            said(name, look().await);
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    tokio::select! {
        () = jobs::stopped(&mut shutdown) => {}
        () = looks => {}
    }
}

fn said(duty: &'static str, result: Result<usize, Error>) {
    match result {
        Ok(0) => {}
        Ok(done) => tracing::info!(duty, done, "did what was due"),
        Err(error) => tracing::error!(duty, %error, "what was due could not be done; it is tried again"),
    }
}
