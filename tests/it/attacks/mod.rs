//! Attacks, each by its name: what is answered, and that nothing changed.

mod fetching;
mod handed_on;
mod posting;

use crate::inbox::Stage;

/// Nothing was stored, and nobody became known beyond `known` actors.
async fn nothing_changed(stage: &Stage, known: i64) {
    stage.work().await;
    assert_eq!(stage.stored().await, (0, known));
    assert_eq!((stage.counts().await, stage.followers().await), ((0, 0, 0, 0), 0));
}
