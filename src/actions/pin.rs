//! Pins: the publications that a coalition shows first, on its page and in its collection `featured`.

use serde_json::Value;

use super::{Act, Error};
use crate::ap::activity::Said;
use crate::app::{App, Local};
use crate::db::Conn;
use crate::model;
use crate::model::publication::Publication;
use crate::outbox::{self, Audience, NewActivity};

/// Most pins of a coalition: Mastodon shows five.
const MOST: usize = 5;

/// Pins a publication (its URL, or the id at its end). Doing so again changes nothing. Its URL.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn pin(app: &App, id: String) -> Result<String, Error> {
    let act = Act::now(app);
    let url = app.db.write(move |conn| pin_on(conn, &act, &id)).await?;
    app.wake.outbox.notify_one();
    Ok(url)
}

/// Unpins a publication. Doing so again changes nothing. Its URL.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn unpin(app: &App, id: String) -> Result<String, Error> {
    let act = Act::now(app);
    let work = move |conn: &mut Conn| {
        let publication = find(conn, &act, &id)?;
        model::coalition::lock(conn, publication.actor.id)?;
        unpin_on(conn, &act, &publication)?;
        Ok::<_, Error>(act.urls.publication(&publication.row.id))
    };
    let url = app.db.write(work).await?;
    app.wake.outbox.notify_one();
    Ok(url)
}

fn pin_on(conn: &mut Conn, act: &Act, id: &str) -> Result<String, Error> {
    let coalition = find(conn, act, id)?.actor.id;
    model::coalition::lock(conn, coalition)?;
    let publication = find(conn, act, id)?;
    let url = act.urls.publication(&publication.row.id);
    if publication.row.withdrawn_at.is_some() {
        return Err(Error::Withdrawn(publication.row.slug));
    }
    if publication.row.published_at.is_none() {
        return Err(Error::Refused(format!("`{}` is a draft: publish it first", publication.row.slug)));
    }
    let pinned = model::pin::of(conn, coalition)?;
    if pinned.contains(&publication.row.id) {
        return Ok(url);
    }
    if pinned.len() >= MOST {
        return Err(Error::Refused(format!(
            "the coalition `{}` shows {MOST} publications first already: unpin one with `publication unpin`",
            publication.actor.handle
        )));
    }
    model::pin::add(conn, coalition, &publication.row.id, act.at.naive_utc())?;
    say(conn, act, &publication, "Add")?;
    Ok(url)
}

/// Unpins a publication within a transaction, if it is pinned.
///
/// # Errors
/// [`Error`]; then nothing of the transaction may be kept.
pub(super) fn unpin_on(conn: &mut Conn, act: &Act, publication: &Publication) -> Result<(), Error> {
    match model::pin::remove(conn, &publication.row.id)? {
        true => say(conn, act, publication, "Remove"),
        false => Ok(()),
    }
}

fn find(conn: &mut Conn, act: &Act, id: &str) -> Result<Publication, Error> {
    let uuid = match act.urls.local(id) {
        Some(Local::Publication(uuid)) => uuid,
        _ => id.to_owned(),
    };
    model::publication::find(conn, &uuid)?.ok_or_else(|| Error::NoPublication(id.to_owned()))
}

/// `Add` to or `Remove` from the coalition's `featured`, after what was said of the publication before.
fn say(conn: &mut Conn, act: &Act, publication: &Publication, kind: &'static str) -> Result<(), Error> {
    let id = act.new_id();
    let actor = act.urls.coalition(&publication.actor.handle);
    let url = act.urls.publication(&publication.row.id);
    let said = Said { urls: &act.urls, id: &id, actor: &actor, at: act.at };
    let featured = format!("{actor}/featured");
    let document = said.collecting(kind, &Value::from(url.as_str()), &featured);
    let new = NewActivity {
        id: id.clone(),
        actor_id: publication.actor.id,
        kind,
        publication_id: Some(publication.row.id.clone()),
        document,
        public: true,
        to: Audience::Followers,
        subject: url,
        now: act.at.naive_utc(),
        quiet: false,
    };
    Ok(outbox::enqueue(conn, new)?)
}
