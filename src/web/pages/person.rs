//! A person of this node: a name and a handle, nothing else is public.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::parts::Moved;
use super::{Frame, gone, html};
use crate::app::SharedApp;
use crate::domain::actor::ActorKind;
use crate::model::{account, actor};
use crate::web::error::Error;
use crate::web::locale::Visit;

#[derive(Template)]
#[template(path = "person.html")]
struct PersonPage {
    frame: Frame,
    name: String,
    handle: String,
    moved: Option<Moved>,
}

/// `GET /people/{handle}`.
pub(super) async fn show(
    State(app): State<SharedApp>,
    Path(handle): Path<String>,
    visit: Visit,
) -> Result<Response, Error> {
    let read = app.db.read(move |conn| {
        let actor = actor::ever(conn, &handle)?.filter(|actor| actor.kind == ActorKind::Person);
        Ok::<_, Error>((actor.ok_or(Error::NotFound)?, account::by_handle(conn, &handle)?))
    });
    let (actor, account) = read.await?;
    if let Some(at) = actor.deleted_at {
        return gone::page(&app, &visit, ("person-gone", "person-gone-text"), at, None);
    }
    let (_, account) = account.ok_or(Error::NotFound)?;
    let mut frame = Frame::new(&app, &visit, account.name.clone());
    frame.activity = Some(app.urls.actor(actor.kind, &actor.handle));
    frame.og_type = "profile";
    html(&PersonPage {
        name: account.name,
        handle: format!("@{}@{}", actor.handle, app.urls.domain()),
        moved: Moved::of(&app, visit.lang, &actor),
        frame,
    })
}
