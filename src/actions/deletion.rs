//! Deleting an account for good: everybody who knew the person is told, and what it said goes here with its raw bytes. Its
//! handle stays taken, the answers of others and the register of decisions stay.

use serde_json::Value;

use super::moderation::{note, tidy};
use super::{Act, Error, no_actor};
use crate::ap::activity::Said;
use crate::ap::keys;
use crate::app::App;
use crate::db::Conn;
use crate::domain::actor::ActorKind;
use crate::model;
use crate::model::actor::Actor;
use crate::outbox::{self, Audience, Hosts, NewActivity};

/// Deletes the account with this handle; it cannot be undone. Its id, which answers 410 from now on.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn delete(app: &App, handle: &str, reason: Option<String>) -> Result<String, Error> {
    let handle = handle.trim_start_matches('@').to_owned();
    let read = move |conn: &mut Conn| {
        let found = model::actor::by_handle(conn, &handle)?.filter(|row| row.kind == ActorKind::Person);
        found.ok_or_else(|| no_actor(conn, ActorKind::Person, &handle))
    };
    let row = app.db.read(read).await?;
    // It signs its last word.
    keys::signer(app, row.id).await?;
    let act = Act::now(app);
    let id = act.urls.actor(row.kind, &row.handle);
    let url = id.clone();
    app.db.write(move |conn| delete_on(conn, &act, &row, &url, tidy(reason))).await?;
    app.wake.outbox.notify_one();
    Ok(id)
}

fn delete_on(conn: &mut Conn, act: &Act, row: &Actor, id: &str, reason: Option<String>) -> Result<(), Error> {
    let now = act.at.naive_utc();
    // It is held from here on. Of two commands at once, the second finds nobody.
    if !model::actor::mark_deleted(conn, row.id, now)? {
        return Err(no_actor(conn, row.kind, &row.handle));
    }
    let inboxes = acquaintances(conn, act, row)?;
    for note in model::note::said_by(conn, row.id)? {
        model::note::delete(conn, &note, now)?;
    }
    // With what waits of it: what is deleted goes to nobody any more.
    model::delivery::erase_of(conn, row.id)?;
    model::activity::erase_of(conn, row.id)?;
    model::quote::forget_of_quoted(conn, row.id)?;
    let mut hosts = Hosts::new();
    for (follow, remote) in model::following::of_actor(conn, row.id)? {
        hosts.extend(outbox::unfollow(conn, &act.urls, row, (&follow, &remote), act.at)?);
    }
    hosts.extend(say(conn, act, row, id, inboxes)?);
    model::follower::remove_all(conn, row.id)?;
    model::block::remove_local(conn, row.id)?;
    model::account::delete(conn, row.id)?;
    note(conn, act, "account delete", id, reason.as_deref())?;
    Ok(outbox::make_due(conn, &hosts, now)?)
}

/// Where the person is known: its followers, whom it follows, every inbox that got something from it, where its comments were
/// told, and whoever answered, liked, shared or quoted one.
fn acquaintances(conn: &mut Conn, act: &Act, row: &Actor) -> Result<Vec<String>, Error> {
    let mut inboxes = model::delivery::follower_inboxes(conn, row.id)?;
    inboxes.extend(model::delivery::inboxes_of(conn, row.id)?);
    let mut coalitions = Vec::new();
    for note in model::note::said_by(conn, row.id)? {
        coalitions.push(note.coalition_id);
        inboxes.extend(model::remote::who_reacted(conn, &note.id, &act.urls.note(&note.id))?);
        let mentions: Vec<model::note::Mention> = serde_json::from_str(&note.mentions)
            .map_err(|error| crate::db::Error::Corrupt(format!("the mentions of a note: {error}")))?;
        inboxes.extend(mentions.into_iter().filter_map(|mention| mention.inbox));
        if let Some(answered) = &note.parent_author
            && let Some(remote) = model::remote::by_url(conn, answered)?
        {
            inboxes.push(remote.shared_inbox.unwrap_or(remote.inbox));
        }
    }
    coalitions.sort_unstable();
    coalitions.dedup();
    for coalition in coalitions {
        inboxes.extend(model::delivery::follower_inboxes(conn, coalition)?);
    }
    for (_, remote) in model::following::of_actor(conn, row.id)? {
        inboxes.push(remote.shared_inbox.unwrap_or(remote.inbox));
    }
    inboxes.extend(model::remote::who_quoted(conn, row.id)?);
    Ok(inboxes)
}

/// The `Delete` of the actor by itself.
fn say(conn: &mut Conn, act: &Act, row: &Actor, id: &str, to: Vec<String>) -> Result<Hosts, Error> {
    let activity = act.new_id();
    let said = Said { urls: &act.urls, id: &activity, actor: id, at: act.at };
    let new = NewActivity {
        document: said.publicly("Delete", &Value::from(id)),
        id: activity,
        actor_id: row.id,
        kind: "Delete",
        publication_id: None,
        public: true,
        to: Audience::Inboxes(to),
        subject: id.to_owned(),
        now: act.at.naive_utc(),
        quiet: false,
    };
    Ok(outbox::store(conn, new)?)
}
