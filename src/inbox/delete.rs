//! `Delete` of a reply or a quoting post by its author (its text and raw bytes go, it never comes back), and of an actor by itself (all that is
//! kept of it goes; its keys stay, for the Deletes that may follow).

use reset_federation::activity::{Activity, ObjectRef};
use reset_federation::check::Refusal;

use super::scene::{Counter, Scene, Step, Stopped};
use crate::model;

/// Deletes what is stored of the object.
pub(super) fn on_delete(activity: &Activity) -> Result<Step, Refusal> {
    let id = activity.object.as_ref().and_then(ObjectRef::id).ok_or(Refusal::Missing("object"))?;
    if *id == activity.actor {
        return Ok(Step::Effect(Box::new(delete_actor)));
    }
    let url = id.as_str().to_owned();
    Ok(Step::Effect(Box::new(move |scene| delete_reply(scene, &url))))
}

fn delete_reply(scene: &mut Scene<'_>, url: &str) -> Result<&'static str, Stopped> {
    let known = model::reply::find(scene.conn, url)?;
    if known.as_ref().is_some_and(|known| known.remote_id != scene.sender.id) {
        return Err(Stopped::Refused("not_owner", "the reply is another actor's"));
    }
    let quoter = model::quote::author(scene.conn, url)?;
    if quoter.is_some_and(|quoter| quoter != scene.sender.id) {
        return Err(Stopped::Refused("not_owner", "the quoting post is another actor's"));
    }
    model::reply::bury(scene.conn, url, scene.sender.id, scene.now)?;
    let quoted = model::quote::forget(scene.conn, url)?;
    let Some(known) = known else {
        if quoted {
            return Ok("a quote was deleted");
        }
        return Ok("nothing of it was kept here");
    };
    model::reply::delete(scene.conn, known.id)?;
    if known.is_shown() {
        scene.tally.add(known.publication_id, Counter::Replies, -1);
    }
    Ok("a reply was deleted")
}

fn delete_actor(scene: &mut Scene<'_>) -> Result<&'static str, Stopped> {
    let id = scene.sender.id;
    for publication in model::reply::delete_of(scene.conn, id)? {
        scene.tally.add(publication, Counter::Replies, -1);
    }
    for (kind, on) in model::reaction::remove_of(scene.conn, id)? {
        scene.tally.react(on, kind, -1);
    }
    for publication in model::consultation::remove_answers_of(scene.conn, id)? {
        scene.tally.add(publication, Counter::Answers, 1);
    }
    model::registration::remove_of(scene.conn, id)?;
    model::quote::forget_of(scene.conn, id)?;
    model::follower::remove_remote(scene.conn, id)?;
    model::following::remove_remote(scene.conn, id)?;
    model::block::remove_remote(scene.conn, id)?;
    model::remote::gone(scene.conn, id, scene.now)?;
    Ok("an actor was deleted")
}
