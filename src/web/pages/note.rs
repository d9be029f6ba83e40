//! The address of a note, for people: its place in the thread of its publication.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::parts::{Named, Reading};
use super::{Frame, html, thread};
use crate::app::{App, SharedApp};
use crate::model::note;
use crate::text::tf;
use crate::web::error::{self, Error};
use crate::web::locale::Visit;

/// What was deleted by its author: when, nothing of its text.
#[derive(Template)]
#[template(path = "gone.html")]
struct Gone {
    frame: Frame,
    sentence: String,
    /// Where it stood.
    place: Option<Named>,
}

/// `GET /notes/{id}`.
pub(super) async fn show(
    State(app): State<SharedApp>,
    Path(id): Path<String>,
    visit: Visit,
) -> Result<Response, Error> {
    let found = app.db.read(move |conn| Ok::<_, Error>(note::find(conn, &id)?)).await?;
    let note = found.ok_or(Error::NotFound)?;
    if note.row.deleted_at.is_some() {
        return gone(&app, &visit, &note);
    }
    let publication = note.row.publication_id.clone().ok_or(Error::NotFound)?;
    let (urls, under, id) = (app.urls.clone(), publication.clone(), note.row.id.clone());
    let page = app.db.read(move |conn| Ok::<_, Error>(thread::page_of(conn, &urls, &under, &id)?)).await?;
    let page = if page > 1 { format!("?page={page}") } else { String::new() };
    Ok(error::see_other(&format!("/publications/{publication}{page}#note-{}", note.row.id)))
}

fn gone(app: &App, visit: &Visit, note: &note::Note) -> Result<Response, Error> {
    let at = note.row.deleted_at.unwrap_or(note.row.published_at);
    let day = Reading::new(app, visit.lang).day(at).told;
    let place = note.row.publication_id.as_ref().map(|id| Named {
        name: visit.lang_text("news-read").to_owned(),
        href: Some(format!("/publications/{id}")),
    });
    let page = Gone {
        frame: Frame::new(app, visit, visit.lang_text("note-gone")).hidden(),
        sentence: tf(visit.lang, "note-gone-text", &[("date", (&day).into())]),
        place,
    };
    Ok(error::gone(html(&page)?))
}
