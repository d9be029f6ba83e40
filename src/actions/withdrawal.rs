//! Withdrawing what was published: a tombstone with date and reason stays.

use super::publication::{Travel, say, the};
use super::{Act, Error};
use crate::app::App;
use crate::db::Conn;
use crate::domain::publication::Kind;
use crate::domain::state::{State, transition};
use crate::model::{coalition, publication};
use crate::outbox;

/// Withdraws a publication: a tombstone with date and reason stays, followers get a `Delete`. Doing so again changes
/// nothing. Its URL.
///
/// # Errors
/// [`Error`], a sentence; [`Error::DecisionStays`] for a decision.
pub async fn withdraw(app: &App, id: String, reason: String) -> Result<String, Error> {
    let act = Act::now(app);
    let url = app.db.write(move |conn| withdraw_on(conn, &act, &id, &reason)).await?;
    app.wake.outbox.notify_one();
    Ok(url)
}

/// Withdraws within a transaction. Its URL.
///
/// # Errors
/// As [`withdraw`].
pub fn withdraw_on(conn: &mut Conn, act: &Act, id: &str, reason: &str) -> Result<String, Error> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Error::NoReason);
    }
    let found = the(conn, act, id)?;
    coalition::lock(conn, found.actor.id)?;
    let publication = the(conn, act, id)?;
    let url = act.urls.publication(&publication.row.id);
    if publication.row.kind == Kind::Decision {
        return Err(Error::DecisionStays);
    }
    if publication.row.withdrawn_at.is_some() {
        return Ok(url);
    }
    transition(publication.row.kind, publication.row.state, State::Withdrawn)?;
    // A revision of the same second stands a moment ahead of the clock.
    let at = act.at.naive_utc().max(publication.row.updated_at);
    publication::withdraw(conn, &publication.row.id, reason, at)?;
    super::pin::unpin_on(conn, act, &publication)?;
    if publication.row.published_at.is_some() {
        let tombstone = crate::ap::publication::withdrawn(&act.urls, &publication, at.and_utc());
        let hosts = say(conn, act, &publication, "Delete", &tombstone, Travel::Deliver)?;
        outbox::make_due(conn, &hosts, act.at.naive_utc())?;
    }
    Ok(url)
}
