//! Collections: what an actor said, a page at a time; who follows it, as a number; how many like a publication.

use axum::extract::{OriginalUri, Path, Query, State};
use axum::http::Uri;
use axum::response::Response;
use reset_federation::vocab::{self, AS_CONTEXT};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{self, Answer, Fault};
use super::documents::owner;
use crate::app::SharedApp;
use crate::db::Conn;
use crate::model;
use crate::model::publication::Publication;

/// Entries of a page of a collection.
pub(super) const PAGE: i64 = 50;

/// Which page: `?page=true` is the first, `?before=ID` those before an activity, `?offset=N` those after N entries.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Which {
    page: Option<String>,
    before: Option<String>,
    offset: Option<i64>,
}

impl Which {
    /// Whether a page is asked for, and not the collection.
    pub(super) fn is_page(&self) -> bool {
        self.page.is_some() || self.before.is_some() || self.offset.is_some()
    }

    /// After how many entries the page begins.
    pub(super) fn offset(&self) -> i64 {
        self.offset.unwrap_or(0).max(0)
    }
}

/// What an actor said to everybody, latest first.
pub(super) async fn outbox(
    State(app): State<SharedApp>,
    OriginalUri(uri): OriginalUri,
    Query(which): Query<Which>,
) -> Response {
    let within = app.clone();
    let read = move |conn: &mut Conn| {
        let actor = owner(&within, conn, uri.path())?;
        let id = id_of(&within, &uri);
        if !which.is_page() {
            let total = model::activity::count_public(conn, actor.id)?;
            let first = format!("{id}?page=true");
            return Ok(json!({
                "@context": AS_CONTEXT, "id": id, "type": "OrderedCollection", "totalItems": total, "first": first,
            }));
        }
        outbox_page(conn, actor.id, &id, which.before.as_deref())
    };
    respond(&app, read).await
}

fn outbox_page(conn: &mut Conn, actor_id: i64, id: &str, before: Option<&str>) -> Result<Value, Fault> {
    let rows = model::activity::outbox_page(conn, actor_id, before, PAGE)?;
    let is_full = rows.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX);
    let next = rows.last().filter(|_| is_full).map(|last| format!("{id}?page=true&before={}", last.id));
    let items: Vec<Value> = rows.iter().filter_map(|row| serde_json::from_str(&row.document).ok()).collect();
    let own = match before {
        Some(before) => format!("{id}?page=true&before={before}"),
        None => format!("{id}?page=true"),
    };
    let mut page = json!({
        "@context": vocab::object_context(), "id": own, "type": "OrderedCollectionPage", "partOf": id,
        "orderedItems": items,
    });
    if let (Some(next), Some(object)) = (next, page.as_object_mut()) {
        object.insert("next".to_owned(), next.into());
    }
    Ok(page)
}

/// How many follow an actor; who, is nobody's business.
pub(super) async fn followers(State(app): State<SharedApp>, OriginalUri(uri): OriginalUri) -> Response {
    counted(&app, uri, model::follower::count).await
}

/// How many an actor follows.
pub(super) async fn following(State(app): State<SharedApp>, OriginalUri(uri): OriginalUri) -> Response {
    counted(&app, uri, model::following::count).await
}

/// Pinned publications, newest pin first: bare ids, in the collection itself as Mastodon has them, since there are at most five.
pub(super) async fn featured(State(app): State<SharedApp>, OriginalUri(uri): OriginalUri) -> Response {
    let within = app.clone();
    let read = move |conn: &mut Conn| {
        let actor = owner(&within, conn, uri.path())?;
        let pinned = model::pin::of(conn, actor.id)?;
        let items: Vec<String> = pinned.iter().map(|id| within.urls.publication(id)).collect();
        Ok(json!({
            "@context": AS_CONTEXT, "id": id_of(&within, &uri), "type": "OrderedCollection", "totalItems": items.len(),
            "orderedItems": items,
        }))
    };
    respond(&app, read).await
}

async fn counted(app: &SharedApp, uri: Uri, count: fn(&mut Conn, i64) -> model::Result<i64>) -> Response {
    let within = app.clone();
    let read = move |conn: &mut Conn| {
        let actor = owner(&within, conn, uri.path())?;
        let total = count(conn, actor.id)?;
        Ok(number(&within, &uri, total))
    };
    respond(app, read).await
}

/// A collection that is a number: its one page names nobody.
pub(super) fn number(app: &SharedApp, uri: &Uri, total: i64) -> Value {
    let id = id_of(app, uri);
    let first = format!("{id}?page=true");
    match uri.query().is_some_and(|query| query.contains("page=")) {
        true => json!({
            "@context": AS_CONTEXT, "id": first, "type": "OrderedCollectionPage", "partOf": id, "totalItems": total,
            "orderedItems": [],
        }),
        false => json!({
            "@context": AS_CONTEXT, "id": id, "type": "OrderedCollection", "totalItems": total, "first": first,
        }),
    }
}

/// How many like a publication.
pub(super) async fn likes(
    State(app): State<SharedApp>,
    Path(publication): Path<String>,
    OriginalUri(uri): OriginalUri,
) -> Response {
    counted_of(&app, publication, uri, |found| found.row.likes).await
}

/// How many shared a publication.
pub(super) async fn shares(
    State(app): State<SharedApp>,
    Path(publication): Path<String>,
    OriginalUri(uri): OriginalUri,
) -> Response {
    counted_of(&app, publication, uri, |found| found.row.shares).await
}

/// How many registered for a meeting (FEP-8a8e); who, is told to nobody.
pub(super) async fn attendees(
    State(app): State<SharedApp>,
    Path(publication): Path<String>,
    OriginalUri(uri): OriginalUri,
) -> Response {
    counted_of(&app, publication, uri, |found| found.registered).await
}

async fn counted_of(
    app: &SharedApp,
    publication: String,
    uri: Uri,
    count: fn(&Publication) -> i64,
) -> Response {
    let within = app.clone();
    let read = move |conn: &mut Conn| Ok(number(&within, &uri, count(&public(conn, &publication)?)));
    respond(app, read).await
}

pub(super) fn public(conn: &mut Conn, id: &str) -> Result<Publication, Fault> {
    let found = model::publication::find(conn, id)?;
    found.filter(Publication::is_public).ok_or(Fault::NotFound)
}

/// The id of a collection: its address without the query.
pub(super) fn id_of(app: &SharedApp, uri: &Uri) -> String {
    format!("{}{}", app.urls.base(), uri.path())
}

pub(super) async fn respond<F>(app: &SharedApp, read: F) -> Response
where
    F: FnOnce(&mut Conn) -> Result<Value, Fault> + Send + 'static,
{
    answer::or_fault(app.db.read(read).await.map(Answer::found))
}
