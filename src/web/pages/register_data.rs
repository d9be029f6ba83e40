//! `decisions.json`: the register of a coalition for programs, and the JSON of a publication with the keys that verify it.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::publication::{Beside, beside, find, sent};
use super::round;
use crate::ap::register as told;
use crate::app::{App, SharedApp};
use crate::db::Conn;
use crate::model::publication::Publication;
use crate::model::{coalition, decision};
use crate::text::dates;
use crate::web::error::Error;
use crate::web::locale::Visit;

/// `GET /coalitions/{handle}/decisions.json`: the whole register with the public keys, in parts where it is long.
pub(super) async fn show(
    State(app): State<SharedApp>,
    Path(handle): Path<String>,
    headers: HeaderMap,
    visit: Visit,
) -> Result<Response, Error> {
    let after: i32 = visit.parameter("after").and_then(|after| after.parse().ok()).unwrap_or_default();
    let urls = app.urls.clone();
    let known = headers.get(header::IF_NONE_MATCH).cloned();
    let read = move |conn: &mut Conn| {
        let (actor, coalition) = coalition::by_handle(conn, &handle)?.ok_or(Error::NotFound)?;
        let keys = told::keys(conn, &urls, &actor)?;
        let last = decision::last(conn, actor.id)?.map(|last| last.digest).unwrap_or_default();
        let keyed = keys.as_array().map_or(0, Vec::len);
        let tag = format!("\"{last}-{keyed}-{after}\"");
        if known.as_ref().is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
            return Ok((tag, None));
        }
        let name = coalition.name(&actor.handle);
        Ok::<_, Error>((tag, Some(told::document(conn, &urls, &actor, &name, after, told::PART)?)))
    };
    let (tag, document) = app.db.read(read).await?;
    let mut response = match document {
        Some(document) => sent(document, "application/json", false),
        None => StatusCode::NOT_MODIFIED.into_response(),
    };
    if let Ok(tag) = tag.parse() {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Ok(response)
}

/// A form of a publication for programs with more than its content: of a decision the keys that verify its entry, of a proposal
/// where it stands.
pub(super) async fn with_more(
    app: &SharedApp,
    id: String,
    form: fn(&App, &Publication, Value, &Beside) -> String,
) -> Result<Response, Error> {
    let (urls, zone) = (app.urls.clone(), dates::zone(&app.config.node.timezone));
    let read = move |conn: &mut Conn| {
        let publication = find(conn, &id)?;
        let more = match publication.decision_number {
            Some(_) => json!({"keys": told::keys(conn, &urls, &publication.actor)?}),
            None => round::told(conn, &publication, zone)?,
        };
        let beside = beside(conn, &publication, zone)?;
        Ok::<_, Error>((publication, more, beside))
    };
    let (publication, more, beside) = app.db.read(read).await?;
    let withdrawn = publication.row.withdrawn_at.is_some();
    let text = if withdrawn { String::new() } else { form(app, &publication, more, &beside) };
    Ok(sent(text, "application/json", withdrawn))
}
