//! Closing a publication to new replies, and opening it again (`Lock`, `Undo` of it, by the coalition).

use serde_json::Value;

use super::moderation::{note, tidy};
use super::publication::the;
use super::{Act, Error};
use crate::ap::activity::Said;
use crate::app::App;
use crate::db::{self, Conn};
use crate::model::lock::{self, Lock};
use crate::model::publication::Publication;
use crate::model::{activity, coalition};
use crate::outbox::{self, Audience, NewActivity};

/// Locks a publication: replies that come are not taken any more, its followers are told. Doing so again changes nothing. Its
/// URL.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn lock(app: &App, id: String, reason: Option<String>) -> Result<String, Error> {
    let (act, reason) = (Act::now(app), tidy(reason));
    let url = app.db.write(move |conn| lock_on(conn, &act, &id, reason)).await?;
    app.wake.outbox.notify_one();
    Ok(url)
}

fn lock_on(conn: &mut Conn, act: &Act, id: &str, reason: Option<String>) -> Result<String, Error> {
    let publication = public(conn, act, id)?;
    let url = act.urls.publication(&publication.row.id);
    if lock::find(conn, &publication.row.id)?.is_some() {
        return Ok(url);
    }
    let activity_id = say(conn, act, &publication, "Lock", &Value::from(url.as_str()))?;
    note(conn, act, "publication lock", &url, reason.as_deref())?;
    let (publication_id, since) = (publication.row.id, act.at.naive_utc());
    lock::insert(conn, &Lock { publication_id, activity_id, reason, since })?;
    Ok(url)
}

/// Opens a publication again. Where it is open nothing changes. Its URL.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn unlock(app: &App, id: String) -> Result<String, Error> {
    let act = Act::now(app);
    let url = app.db.write(move |conn| unlock_on(conn, &act, &id)).await?;
    app.wake.outbox.notify_one();
    Ok(url)
}

fn unlock_on(conn: &mut Conn, act: &Act, id: &str) -> Result<String, Error> {
    let publication = public(conn, act, id)?;
    let url = act.urls.publication(&publication.row.id);
    let Some(locked) = lock::find(conn, &publication.row.id)? else {
        return Ok(url);
    };
    let said = activity::find(conn, &locked.activity_id)?;
    let undone = match said.and_then(|said| serde_json::from_str(&said.document).ok()) {
        Some(document) => document,
        None => return Err(db::Error::Corrupt(format!("the Lock of {url} is not there")).into()),
    };
    say(conn, act, &publication, "Undo", &undone)?;
    note(conn, act, "publication unlock", &url, None)?;
    lock::remove(conn, &publication.row.id)?;
    Ok(url)
}

/// One that everybody may read, its coalition locked against other writers.
fn public(conn: &mut Conn, act: &Act, id: &str) -> Result<Publication, Error> {
    let found = the(conn, act, id)?;
    coalition::lock(conn, found.actor.id)?;
    match the(conn, act, id)? {
        found if found.is_public() => Ok(found),
        found => Err(Error::Refused(format!(
            "`{}` is not public: only what people can answer is locked",
            act.urls.publication(&found.row.id)
        ))),
    }
}

/// Tells the followers. The UUID of what was said.
fn say(
    conn: &mut Conn,
    act: &Act,
    publication: &Publication,
    kind: &'static str,
    object: &Value,
) -> Result<String, Error> {
    let (id, actor) = (act.new_id(), act.urls.coalition(&publication.actor.handle));
    let said = Said { urls: &act.urls, id: &id, actor: &actor, at: act.at };
    let new = NewActivity {
        document: said.publicly(kind, object),
        id: id.clone(),
        actor_id: publication.actor.id,
        kind,
        publication_id: Some(publication.row.id.clone()),
        public: true,
        to: Audience::Followers,
        subject: act.urls.publication(&publication.row.id),
        now: act.at.naive_utc(),
        quiet: false,
    };
    outbox::enqueue(conn, new)?;
    Ok(id)
}
