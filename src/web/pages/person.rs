//! A person of this node: a name and a handle, nothing else is public.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::{Frame, html};
use crate::app::SharedApp;
use crate::model::account;
use crate::web::error::Error;
use crate::web::locale::Visit;

#[derive(Template)]
#[template(path = "person.html")]
struct PersonPage {
    frame: Frame,
    name: String,
    handle: String,
}

/// `GET /people/{handle}`.
pub(super) async fn show(
    State(app): State<SharedApp>,
    Path(handle): Path<String>,
    visit: Visit,
) -> Result<Response, Error> {
    let read = app.db.read(move |conn| account::by_handle(conn, &handle)?.ok_or(Error::NotFound));
    let (actor, account) = read.await?;
    let mut frame = Frame::new(&app, &visit, account.name.clone());
    frame.activity = Some(app.urls.actor(actor.kind, &actor.handle));
    frame.og_type = "profile";
    html(&PersonPage {
        name: account.name,
        handle: format!("@{}@{}", actor.handle, app.urls.domain()),
        frame,
    })
}
