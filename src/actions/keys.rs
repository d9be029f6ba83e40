//! New keys for actors of ours.

use std::sync::Arc;

use super::{Act, Error, no_actor, register, tell_profile};
use crate::ap;
use crate::ap::keys::{self, Made};
use crate::app::{App, SharedApp};
use crate::db::Conn;
use crate::domain::actor::ActorKind;
use crate::model::actor::{self, Actor};
use crate::model::coalition;
use crate::outbox;

/// Gives an actor a new RSA and a new Ed25519 key under ids that it never had, and tells its followers. From the next request
/// on it signs with them; the RSA key before them is no longer listed. Ed25519 keys stay listed, so that what they signed can
/// still be verified, unless `revoke` says that they are not to be believed any more. In the register of a coalition the rotation
/// is an entry, signed by both keys; what stands before it holds also where the old key is revoked, since the new one signs
/// the digest of it. The id of the new RSA key.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn rotate(app: &SharedApp, kind: ActorKind, handle: &str, revoke: bool) -> Result<String, Error> {
    let handle = handle.trim_start_matches('@').to_owned();
    let row = app.db.read(move |conn| {
        let found = actor::by_handle(conn, &handle)?.filter(|row| row.kind == kind);
        found.ok_or_else(|| no_actor(conn, kind, &handle))
    });
    let row = row.await?;
    // An actor that has never needed its keys gets its first ones before these.
    keys::signer(app, row.id).await?;
    let made = keys::make().await?;
    let (act, shared, actor_id) = (Act::now(app), Arc::clone(app), row.id);
    let id = app.db.write(move |conn| rotate_on(conn, &act, &shared, &row, made, revoke)).await?;
    keys::forget(app, actor_id);
    app.wake.outbox.notify_one();
    Ok(id)
}

fn rotate_on(
    conn: &mut Conn,
    act: &Act,
    app: &App,
    row: &Actor,
    made: Made,
    revoke: bool,
) -> Result<String, Error> {
    let now = act.at.naive_utc();
    if row.kind == ActorKind::Coalition {
        // One entry after the other; what is not signed yet is the old key's.
        coalition::lock(conn, row.id)?;
        register::sign_unsigned(conn, &act.urls, row, act.at)?;
    }
    let before = actor::keys(conn, row.id)?;
    let old = actor::current_key(conn, row.id, keys::ED25519)?;
    actor::retire_keys(conn, row.id, now)?;
    if revoke {
        actor::revoke_retired_keys(conn, row.id, now)?;
    }
    for key in made.named(&before) {
        actor::insert_key(conn, row.id, &key, now)?;
    }
    let new = actor::current_key(conn, row.id, keys::ED25519)?;
    if let (ActorKind::Coalition, Some(old), Some(new)) = (row.kind, old, new) {
        register::rotate(conn, act, row, (&old, &new), revoke)?;
    }
    if revoke {
        // What waits to be sent, and what is served as it was sent, must not carry proofs that nobody believes.
        ap::proof::reseal_of(conn, row.id)?;
    }
    actor::touch(conn, row.id, now)?;
    let hosts = tell_profile(conn, act, app, row.id)?;
    outbox::make_due(conn, &hosts, now)?;
    Ok(keys::stored(conn, &act.urls, row.id)?.key_id)
}
