//! `Like` of one of our publications or notes, and what it shares with `Announce`: one reaction of a kind for an actor.

use reset_federation::activity::{Activity, ObjectRef};
use reset_federation::check::Refusal;

use super::scene::{Step, ignored, is_public, ours};
use crate::app::App;
use crate::domain::reaction::Kind;
use crate::model;
use crate::model::reaction::NewReaction;

/// Counts a like.
pub(super) fn on_like(app: &App, activity: &Activity) -> Result<Step, Refusal> {
    on_reaction(app, activity, Kind::Like)
}

/// Counts a reaction, unless it was undone before it came.
pub(super) fn on_reaction(app: &App, activity: &Activity, kind: Kind) -> Result<Step, Refusal> {
    let object = activity.object.as_ref().and_then(ObjectRef::id).ok_or(Refusal::Missing("object"))?;
    let Some(on) = ours(app, object) else {
        return Ok(ignored("a reaction to nothing of ours"));
    };
    let activity_id = activity.id.to_string();
    Ok(Step::Effect(Box::new(move |scene| {
        if !is_public(scene.conn, &on)? {
            return Ok("a reaction to what is not public");
        }
        if model::reply::is_buried(scene.conn, &activity_id, scene.sender.id)? {
            return Ok("the reaction was undone before it came");
        }
        let reaction = NewReaction {
            activity_id,
            kind,
            on: on.clone(),
            remote_id: scene.sender.id,
            received_at: scene.now,
        };
        if !model::reaction::insert(scene.conn, &reaction)? {
            return Ok("there was such a reaction already");
        }
        scene.tally.react(on, kind, 1);
        Ok("a reaction was added")
    })))
}
