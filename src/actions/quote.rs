//! Quotes of what is published here by posts of other servers: listing them, and revoking the stamp that allows one.

use super::{Act, Error};
use crate::ap;
use crate::ap::activity::Said;
use crate::app::{App, Local};
use crate::db::Conn;
use crate::model;
use crate::model::quote::{Quote, Quoter};
use crate::outbox::{self, Audience, NewActivity};

/// Every quote of a publication or note (its URL; of a publication also the id at its end), also those that were revoked, oldest first.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn list(app: &App, quoted: String) -> Result<Vec<(Quote, Quoter)>, Error> {
    let urls = app.urls.clone();
    app.db
        .read(move |conn| {
            let (id, is_note) = match urls.local(&quoted) {
                Some(Local::Publication(id)) => (id, false),
                Some(Local::Note(id)) => (id, true),
                _ => (quoted.clone(), false),
            };
            let is_there = match is_note {
                true => model::note::find(conn, &id)?.is_some(),
                false => model::publication::find(conn, &id)?.is_some(),
            };
            if !is_there {
                return Err(Error::NoPublication(quoted));
            }
            let url = if is_note { urls.note(&id) } else { urls.publication(&id) };
            Ok(model::quote::of_target(conn, urls.path(&url).unwrap_or_default())?)
        })
        .await
}

/// Revokes a stamp (its URL, or the id at its end), or every stamp of the quoting post at this URL. The URLs of the stamps
/// that were revoked now.
///
/// # Errors
/// [`Error`], a sentence.
pub async fn revoke(app: &App, which: String, reason: Option<String>) -> Result<Vec<String>, Error> {
    let act = Act::now(app);
    let reason = reason.map(|reason| reason.trim().to_owned()).filter(|reason| !reason.is_empty());
    let revoked = app.db.write(move |conn| revoke_on(conn, &act, &which, reason.as_deref())).await?;
    app.wake.outbox.notify_one();
    Ok(revoked)
}

fn revoke_on(conn: &mut Conn, act: &Act, which: &str, reason: Option<&str>) -> Result<Vec<String>, Error> {
    let mut revoked = Vec::new();
    for (quote, quoter) in meant(conn, act, which)? {
        if quote.revoked_at.is_none() {
            model::quote::revoke(conn, &quote.id, reason, act.at.naive_utc())?;
            say(conn, act, &quote, &quoter)?;
        }
        revoked.push(act.urls.stamp(&quote.id));
    }
    Ok(revoked)
}

fn meant(conn: &mut Conn, act: &Act, which: &str) -> Result<Vec<(Quote, Quoter)>, Error> {
    let id = match act.urls.local(which) {
        Some(Local::Stamp(id)) => id,
        _ => which.to_owned(),
    };
    if let Some(quote) = model::quote::by_stamp(conn, &id)? {
        let quoter = model::quote::quoter(conn, &quote)?;
        return Ok(vec![(quote, quoter)]);
    }
    match model::quote::held_by(conn, which)? {
        held if held.is_empty() => Err(Error::Refused(format!(
            "there is no stamp and no quoting post `{which}` here: `quote list` names those of a publication"
        ))),
        held => Ok(held),
    }
}

/// `Delete` of the stamp: to the quoter, and, unless its post is not for everybody, to the followers of who was quoted, since
/// third servers show the quote too.
fn say(conn: &mut Conn, act: &Act, quote: &Quote, quoter: &Quoter) -> Result<(), Error> {
    let actor = model::actor::by_id(conn, quote.actor_id)?;
    let url = act.urls.actor(actor.kind, &actor.handle);
    let id = act.new_id();
    let said = Said { urls: &act.urls, id: &id, actor: &url, at: act.at };
    let stamp = ap::quote::stamp(&act.urls, quote, &url);
    let everybody = quote.page.is_some();
    let inbox = vec![quoter.inbox.clone()];
    let new = NewActivity {
        id: id.clone(),
        actor_id: actor.id,
        kind: "Delete",
        publication_id: None,
        document: said.publicly("Delete", &stamp),
        public: everybody,
        to: if everybody { Audience::FollowersAnd(inbox) } else { Audience::Inboxes(inbox) },
        subject: act.urls.at(&quote.target),
        now: act.at.naive_utc(),
        quiet: false,
    };
    Ok(outbox::enqueue(conn, new)?)
}
