//! Single documents: actors, publications, activities.

use axum::extract::{Path, State};
use axum::response::Response;
use chrono::NaiveDateTime;
use serde_json::Value;

use super::answer::{self, Answer, Body, Fault};
use crate::ap;
use crate::ap::activity::tombstone;
use crate::ap::actor::Profile;
use crate::app::{App, Local, SharedApp};
use crate::db::{self, Conn};
use crate::model;
use crate::model::actor::Actor;
use crate::text::dates;

/// The node's own actor; always readable.
pub(super) async fn node(State(app): State<SharedApp>) -> Response {
    answer::or_fault(local_actor(&app, "/actor", "node").await)
}

/// The document of the actor at `path` (such as `/coalitions/{handle}`) with this handle.
///
/// # Errors
/// [`Fault::NotFound`] where the handle is unknown or of another kind of actor.
pub async fn actor(app: &SharedApp, path: &str, handle: &str) -> Result<Answer, Fault> {
    local_actor(app, path, handle).await
}

async fn local_actor(app: &SharedApp, path: &str, handle: &str) -> Result<Answer, Fault> {
    let handle = handle.to_owned();
    let found = app.db.read(move |conn| with_profile(conn, &handle)).await?;
    let (actor, profile) = found.filter(|(actor, _)| is_at(app, actor, path)).ok_or(Fault::NotFound)?;
    if let Some(at) = actor.deleted_at {
        let id = app.urls.actor(actor.kind, &actor.handle);
        return Ok(Answer::Gone(tombstone(&id, actor.kind.activity_type(), at.and_utc())));
    }
    let profile = profile.ok_or(Fault::NotFound)?;
    // As the database has them: whoever asks after a rotation must not be told the key before it.
    let signer = ap::keys::current_signer(app, actor.id).await?;
    let document = ap::actor::document(app, &actor, &profile, &signer);
    vouched(app, actor.id, document, actor.updated_at).await
}

/// A document with the proof of its actor, the same as where it was sent. `made` counts where it does not say itself when it
/// was changed or published.
///
/// # Errors
/// [`Fault`] where the key cannot be used.
pub(super) async fn vouched(
    app: &App,
    actor_id: i64,
    mut document: Value,
    made: NaiveDateTime,
) -> Result<Answer, Fault> {
    let signer = ap::keys::signer(app, actor_id).await?;
    signer.voucher.vouch(&mut document, made.and_utc()).map_err(ap::keys::Error::from)?;
    Ok(Answer::found(document))
}

/// Whether the actor lives at this path.
pub(super) fn is_at(app: &App, actor: &Actor, path: &str) -> bool {
    app.urls.actor(actor.kind, &actor.handle).strip_prefix(app.urls.base()) == Some(path)
}

fn with_profile(conn: &mut Conn, handle: &str) -> Result<Option<(Actor, Option<Profile>)>, Fault> {
    let Some(actor) = model::actor::ever(conn, handle)? else {
        return Ok(None);
    };
    let profile = ap::actor::profile(conn, &actor)?;
    Ok(Some((actor, profile)))
}

/// The document of a publication, as it was last sent: drafts are not there, withdrawn ones are a Tombstone.
///
/// # Errors
/// [`Fault::NotFound`] where there is none that was ever public.
pub async fn publication(app: &SharedApp, id: &str) -> Result<Answer, Fault> {
    let (wanted, url) = (id.to_owned(), app.urls.publication(id));
    let read = move |conn: &mut Conn| {
        let found = model::publication::find(conn, &wanted)?.ok_or(Fault::NotFound)?;
        let sent = ap::proof::last_sent(conn, found.actor.id, &wanted, &url)?;
        let known = model::listing::organisations_in(conn, &found.details)?;
        Ok::<_, Fault>((found, sent, known))
    };
    let (found, sent, known) = app.db.read(read).await?;
    if found.row.published_at.is_none() {
        return Err(Fault::NotFound);
    }
    if let Some(at) = found.row.withdrawn_at {
        return Ok(Answer::Gone(ap::publication::withdrawn(&app.urls, &found, at.and_utc())));
    }
    if let Some(sent) = sent {
        return Ok(Answer::Found(Body::Text(sent)));
    }
    // Sent before there were proofs, or never: as it would be sent now.
    let (zone, at) = (dates::zone(&app.config.node.timezone), found.row.updated_at.and_utc());
    let document = ap::publication::document(&app.urls, &found, &known, zone, at);
    vouched(app, found.actor.id, document, found.row.updated_at).await
}

/// The document of a note; of a deleted one its Tombstone.
///
/// # Errors
/// [`Fault::NotFound`] where there was never one.
pub async fn note(app: &SharedApp, id: &str) -> Result<Answer, Fault> {
    let wanted = id.to_owned();
    let found = app.db.read(move |conn| Ok::<_, Fault>(model::note::find(conn, &wanted)?)).await?;
    let found = found.ok_or(Fault::NotFound)?;
    if found.row.deleted_at.is_some() {
        return Ok(Answer::Gone(ap::note::deleted(&app.urls, &found)));
    }
    let document = ap::note::document(&app.urls, &found);
    vouched(app, found.author.id, document, found.row.published_at).await
}

/// An activity that is for everybody, as it was sent.
pub(super) async fn activity(State(app): State<SharedApp>, Path(id): Path<String>) -> Response {
    let found = app.db.read(move |conn| Ok::<_, db::Error>(model::activity::find(conn, &id)?)).await;
    answer::or_fault(match found {
        Ok(Some(activity)) if activity.public => Ok(Answer::Found(Body::Text(activity.document))),
        Ok(_) => Err(Fault::NotFound),
        Err(error) => Err(error.into()),
    })
}

/// The local actor at a path whose last part names a collection of it.
///
/// # Errors
/// [`Fault::NotFound`] where nobody lives there.
pub(super) fn owner(app: &App, conn: &mut Conn, path: &str) -> Result<Actor, Fault> {
    let (actor_path, _) = path.rsplit_once('/').ok_or(Fault::NotFound)?;
    let handle = match app.urls.local(&format!("{}{actor_path}", app.urls.base())) {
        Some(Local::Actor(handle)) => handle,
        Some(Local::Node) => "node".to_owned(),
        _ => return Err(Fault::NotFound),
    };
    let found = model::actor::by_handle(conn, &handle)?;
    found.filter(|actor| is_at(app, actor, actor_path)).ok_or(Fault::NotFound)
}
