//! The address of a note, for people: its place in the thread of its publication; of a contribution, a page of its own.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::parts::{Moment, Named, Reading};
use super::{Frame, gone, html, thread};
use crate::app::{App, SharedApp};
use crate::db::Conn;
use crate::model::{coalition, note, organisation};
use crate::text::tf;
use crate::web::error::{self, Error};
use crate::web::locale::Visit;

/// What a member says to its coalition.
#[derive(Template)]
#[template(path = "contribution.html")]
struct Contribution {
    frame: Frame,
    title: String,
    author: Named,
    coalition: Named,
    date: Moment,
    edited: bool,
    language: String,
    /// Safe HTML.
    body: String,
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
    let Some(publication) = note.row.publication_id.clone() else {
        return contribution(&app, &visit, note).await;
    };
    let (urls, under, row) = (app.urls.clone(), publication.clone(), note.row.clone());
    let page = app.db.read(move |conn| Ok::<_, Error>(thread::page_of(conn, &urls, &under, &row)?)).await?;
    let page = if page > 1 { format!("?page={page}") } else { String::new() };
    Ok(error::see_other(&format!("/publications/{publication}{page}#note-{}", note.row.id)))
}

async fn contribution(app: &SharedApp, visit: &Visit, note: note::Note) -> Result<Response, Error> {
    let (coalition, author) = (note.coalition.clone(), note.author.handle.clone());
    let read = move |conn: &mut Conn| {
        let coalition = coalition::by_handle(conn, &coalition)?;
        Ok::<_, Error>((coalition, organisation::by_handle(conn, &author)?))
    };
    let (coalition, author) = app.db.read(read).await?;
    let (group, coalition) = coalition.ok_or(Error::NotFound)?;
    let name = author.map_or_else(|| note.author.handle.clone(), |(_, row)| row.name);
    let reading = Reading::new(app, visit.lang);
    let title = tf(visit.lang, "contribution-title", &[("name", (&name).into())]);
    let mut frame = Frame::new(app, visit, title.clone());
    frame.url = app.urls.note(&note.row.id);
    frame.activity = Some(frame.url.clone());
    html(&Contribution {
        frame,
        title,
        author: Named::organisation(&note.author.handle, &name),
        coalition: Named {
            name: coalition.name(&group.handle).clone(),
            href: Some(format!("/coalitions/{}", group.handle)),
        },
        date: reading.moment(note.row.published_at),
        edited: note.row.updated_at.is_some(),
        language: note.row.language,
        body: note.row.html,
    })
}

fn gone(app: &App, visit: &Visit, note: &note::Note) -> Result<Response, Error> {
    let at = note.row.deleted_at.unwrap_or(note.row.published_at);
    let place = note.row.publication_id.as_ref().map(|id| Named {
        name: visit.lang_text("news-read").to_owned(),
        href: Some(format!("/publications/{id}")),
    });
    gone::page(app, visit, ("note-gone", "note-gone-text"), at, place)
}
