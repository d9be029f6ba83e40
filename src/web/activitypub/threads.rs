//! What is said around a publication or a note as collections that a peer can walk: direct answers, and the whole thread.

use axum::extract::{OriginalUri, Path, Query, State};
use axum::response::Response;
use reset_federation::vocab::AS_CONTEXT;
use serde_json::{Value, json};

use super::answer::Fault;
use super::collections::{PAGE, Which, id_of, number, public, respond};
use crate::app::{SharedApp, Urls};
use crate::db::Conn;
use crate::model;
use crate::model::note::Note;
use crate::model::thread::{self, Of, Post};

/// The direct answers to a publication, oldest first: bare ids.
pub(super) async fn replies(
    State(app): State<SharedApp>,
    Path(publication): Path<String>,
    OriginalUri(uri): OriginalUri,
    Query(which): Query<Which>,
) -> Response {
    let within = app.clone();
    let read = move |conn: &mut Conn| {
        public(conn, &publication)?;
        let url = within.urls.publication(&publication);
        answers(conn, &within.urls, &id_of(&within, &uri), &which, Of::Publication(&publication, &url))
    };
    respond(&app, read).await
}

/// The direct answers to a note, oldest first: bare ids.
pub(super) async fn replies_to_note(
    State(app): State<SharedApp>,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
    Query(which): Query<Which>,
) -> Response {
    let within = app.clone();
    let read = move |conn: &mut Conn| {
        note(conn, &id)?;
        let url = within.urls.note(&id);
        answers(conn, &within.urls, &id_of(&within, &uri), &which, Of::Note(&id, &url))
    };
    respond(&app, read).await
}

/// The thread of a publication (FEP-7888, FEP-f228): the publication, then all that is said in it, oldest first: bare ids. The
/// coalition owns it.
pub(super) async fn context(
    State(app): State<SharedApp>,
    Path(publication): Path<String>,
    OriginalUri(uri): OriginalUri,
    Query(which): Query<Which>,
) -> Response {
    let within = app.clone();
    let read = move |conn: &mut Conn| {
        let found = public(conn, &publication)?;
        let of = Of::Thread(&publication);
        let total = thread::count(conn, of)?.saturating_add(1);
        let items = |offset: i64| {
            // The publication is the first of them.
            let (mut ids, skip, take) = match offset {
                0 => (vec![within.urls.publication(&publication)], 0, PAGE - 1),
                offset => (Vec::new(), offset - 1, PAGE),
            };
            let posts = thread::posts(conn, of, skip, take)?;
            ids.extend(posts.iter().map(|post| id(&within.urls, post)));
            Ok(ids)
        };
        let mut value = collection(&id_of(&within, &uri), total, &which, items)?;
        if let Some(object) = value.as_object_mut() {
            let group = within.urls.coalition(&found.actor.handle);
            object.insert("attributedTo".to_owned(), group.into());
        }
        Ok(value)
    };
    respond(&app, read).await
}

/// How many like a note.
pub(super) async fn likes(
    State(app): State<SharedApp>,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
) -> Response {
    let within = app.clone();
    let read = move |conn: &mut Conn| Ok(number(&within, &uri, note(conn, &id)?.row.likes));
    respond(&app, read).await
}

/// How many shared a note.
pub(super) async fn shares(
    State(app): State<SharedApp>,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
) -> Response {
    let within = app.clone();
    let read = move |conn: &mut Conn| Ok(number(&within, &uri, note(conn, &id)?.row.shares));
    respond(&app, read).await
}

fn note(conn: &mut Conn, id: &str) -> Result<Note, Fault> {
    let found = model::note::find(conn, id)?;
    found.filter(|note| note.row.deleted_at.is_none()).ok_or(Fault::NotFound)
}

fn id(urls: &Urls, post: &Post) -> String {
    match (&post.note, &post.url) {
        (Some(note), _) => urls.note(note),
        (None, url) => url.clone().unwrap_or_default(),
    }
}

fn answers(conn: &mut Conn, urls: &Urls, own: &str, which: &Which, of: Of<'_>) -> Result<Value, Fault> {
    let total = thread::count(conn, of)?;
    let items = |offset: i64| {
        let posts = thread::posts(conn, of, offset, PAGE)?;
        Ok(posts.iter().map(|post| id(urls, post)).collect())
    };
    collection(own, total, which, items)
}

/// A collection of ids, or the page of it that was asked for; `items` are those from an offset on.
fn collection(
    id: &str,
    total: i64,
    which: &Which,
    items: impl FnOnce(i64) -> Result<Vec<String>, Fault>,
) -> Result<Value, Fault> {
    let address = |offset: i64| format!("{id}?offset={offset}");
    if !which.is_page() {
        return Ok(json!({
            "@context": AS_CONTEXT, "id": id, "type": "OrderedCollection", "totalItems": total, "first": address(0),
        }));
    }
    let offset = which.offset().min(total);
    let mut page = json!({
        "@context": AS_CONTEXT, "id": address(offset), "type": "OrderedCollectionPage", "partOf": id,
        "totalItems": total, "orderedItems": items(offset)?,
    });
    if let Some(object) = page.as_object_mut() {
        let next = offset.saturating_add(PAGE);
        if next < total {
            object.insert("next".to_owned(), address(next).into());
        }
        if offset > 0 {
            object.insert("prev".to_owned(), address((offset - PAGE).max(0)).into());
        }
    }
    Ok(page)
}
