//! `Accept` and `Reject` of a Follow of ours. They act only if their object itself is that Follow, by its id or by its type
//! and actors; never on something nested deeper (NodeBB answers failures with a Reject around what we sent).

use reset_federation::activity::{Activity, ActivityKind, ObjectRef};
use reset_federation::check::Refusal;
use serde_json::Value;

use super::scene::{Scene, Step, Stopped};
use crate::app::{App, Local};
use crate::model;
use crate::model::following::Following;

/// The follow is in force.
pub(super) fn on_accept(app: &App, activity: &Activity) -> Result<Step, Refusal> {
    let ours = Ours::named_by(app, activity)?;
    Ok(Step::Effect(Box::new(move |scene| match ours.find(scene)? {
        Some(follow) => {
            model::following::accept(scene.conn, follow.id, scene.now)?;
            scene.settle_shown()?;
            Ok("a follow of ours was accepted")
        }
        None => Ok("it accepts no follow of ours"),
    })))
}

/// The follow is over.
pub(super) fn on_reject(app: &App, activity: &Activity) -> Result<Step, Refusal> {
    let ours = Ours::named_by(app, activity)?;
    Ok(Step::Effect(Box::new(move |scene| match ours.find(scene)? {
        Some(follow) => {
            model::following::remove(scene.conn, follow.id)?;
            scene.settle_shown()?;
            Ok("a follow of ours was rejected")
        }
        None => Ok("it rejects no follow of ours"),
    })))
}

/// How the object names a Follow of ours.
struct Ours {
    /// The UUID of an activity of ours.
    activity: Option<String>,
    /// The handle of the local actor in an embedded Follow, and whom it followed.
    shape: Option<(String, String)>,
}

impl Ours {
    fn named_by(app: &App, activity: &Activity) -> Result<Ours, Refusal> {
        let object = activity.object.as_ref().ok_or(Refusal::Missing("object"))?;
        let is_follow = object.kind().is_none_or(|kind| ActivityKind::of(kind) == ActivityKind::Follow);
        let by_id = object.id().filter(|_| is_follow).and_then(|id| app.urls.local(id.as_str()));
        let activity = match by_id {
            Some(Local::Activity(id)) => Some(id),
            _ => None,
        };
        let shape = object.kind().filter(|_| is_follow).and_then(|_| shape(app, object));
        Ok(Ours { activity, shape })
    }

    /// The row, if the sender is the one that was followed.
    fn find(&self, scene: &mut Scene<'_>) -> Result<Option<Following>, Stopped> {
        if let Some(id) = &self.activity {
            let found = model::following::by_activity(scene.conn, id)?;
            if let Some(found) = found.filter(|found| found.remote_id == scene.sender.id) {
                return Ok(Some(found));
            }
        }
        match &self.shape {
            Some((handle, followed)) if *followed == scene.sender.url => {
                Ok(model::following::by_actors(scene.conn, handle, scene.sender.id)?)
            }
            _ => Ok(None),
        }
    }
}

fn shape(app: &App, object: &ObjectRef) -> Option<(String, String)> {
    let id = |key: &str| {
        let value = object.value()?.get(key)?;
        value.as_str().or_else(|| value.get("id").and_then(Value::as_str))
    };
    match app.urls.local(id("actor")?)? {
        Local::Actor(handle) => Some((handle, id("object")?.to_owned())),
        Local::Node => Some(("node".to_owned(), id("object")?.to_owned())),
        _ => None,
    }
}
