//! What every queue shares: who works which lane, and how a worker learns that it shall stop. Knows no job.

pub mod lanes;

use tokio::sync::watch;

/// Resolves once `shutdown` says so, or once nobody is left who could say it.
pub async fn stopped(shutdown: &mut watch::Receiver<bool>) {
    let _ = shutdown.wait_for(|stop| *stop).await;
}
