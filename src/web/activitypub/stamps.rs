//! Stamps that allow a quote (FEP-044f), for the servers that check one.

use axum::extract::{Path, State};
use axum::response::Response;

use super::answer::{self, Answer, Fault};
use crate::ap;
use crate::app::{App, Local, SharedApp};
use crate::db::Conn;
use crate::model;
use crate::model::quote::Quote;

/// The stamp; once it was revoked, or what it is about was withdrawn, a Tombstone; once the quoting post was deleted, nothing.
pub(super) async fn show(State(app): State<SharedApp>, Path(id): Path<String>) -> Response {
    let within = app.clone();
    answer::or_fault(app.db.read(move |conn| find(&within, conn, &id)).await)
}

fn find(app: &App, conn: &mut Conn, id: &str) -> Result<Answer, Fault> {
    let quote = model::quote::by_stamp(conn, id)?.ok_or(Fault::NotFound)?;
    if let Some(at) = over(app, conn, &quote)? {
        let tombstone = ap::activity::tombstone(&app.urls.stamp(id), "QuoteAuthorization", at.and_utc());
        return Ok(Answer::Gone(tombstone));
    }
    let actor = model::actor::by_id(conn, quote.actor_id)?;
    let by = app.urls.actor(actor.kind, &actor.handle);
    Ok(Answer::found(ap::quote::stamp(&app.urls, &quote, &by)))
}

/// When a stamp ceased to hold.
fn over(app: &App, conn: &mut Conn, quote: &Quote) -> Result<Option<chrono::NaiveDateTime>, Fault> {
    if quote.revoked_at.is_some() {
        return Ok(quote.revoked_at);
    }
    match app.urls.local(&app.urls.at(&quote.target)) {
        Some(Local::Publication(id)) => {
            Ok(model::publication::find(conn, &id)?.and_then(|found| found.row.withdrawn_at))
        }
        Some(Local::Note(id)) => Ok(model::note::find(conn, &id)?.and_then(|found| found.row.deleted_at)),
        _ => Ok(None),
    }
}
