//! `Announce` of one of our publications or notes, and of an activity (FEP-1b12). Announces of what lies elsewhere have no effect here.

use reset_federation::activity::Activity;
use reset_federation::check::Refusal;

use super::hearsay;
use super::like::on_reaction;
use super::scene::{Step, ignored};
use crate::app::App;
use crate::domain::reaction::Kind;

/// Counts a public share; an activity in it is hearsay.
pub(super) fn on_announce(app: &App, activity: &Activity) -> Result<Step, Refusal> {
    if let Some(step) = hearsay::announced(app, activity)? {
        return Ok(step);
    }
    if !activity.is_public() {
        return Ok(ignored("a share among a few is not counted"));
    }
    on_reaction(app, activity, Kind::Announce)
}
