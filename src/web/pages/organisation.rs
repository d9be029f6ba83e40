//! An organisation of this node: what it is, the coalitions it is in, what it wrote.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::parts::{Item, Moved, Pager, Reading};
use super::{Frame, PER_PAGE, html};
use crate::app::SharedApp;
use crate::model::listing::{self, Filter};
use crate::model::organisation;
use crate::text::word;
use crate::web::error::Error;
use crate::web::locale::Visit;

/// A coalition that it is in.
struct In {
    href: String,
    name: String,
    role: &'static str,
}

#[derive(Template)]
#[template(path = "organisation.html")]
struct OrganisationPage {
    frame: Frame,
    handle: String,
    name: String,
    kind: &'static str,
    summary: String,
    website: Option<String>,
    territory: Option<String>,
    coalitions: Vec<In>,
    items: Vec<Item>,
    total: i64,
    pager: Pager,
    moved: Option<Moved>,
}

/// `GET /organisations/{handle}`.
pub(super) async fn show(
    State(app): State<SharedApp>,
    Path(handle): Path<String>,
    visit: Visit,
) -> Result<Response, Error> {
    let page = visit.page();
    let reading = Reading::new(&app, visit.lang);
    let read = app.db.read(move |conn| {
        let (actor, org) = organisation::by_handle(conn, &handle)?.ok_or(Error::NotFound)?;
        let coalitions = listing::memberships_of(conn, actor.id)?;
        let filter = Filter { author: Some(actor.id), ..Filter::default() };
        let rows = listing::publications(conn, &filter, Pager::offset(page), PER_PAGE)?;
        let total = listing::count(conn, &filter)?;
        Ok::<_, Error>((actor, org, coalitions, rows, total))
    });
    let (actor, org, coalitions, rows, total) = read.await?;
    let mut frame = Frame::new(&app, &visit, org.name.clone());
    frame.activity = Some(app.urls.actor(actor.kind, &actor.handle));
    frame.og_type = "profile";
    frame.feed = (format!("/organisations/{}/feed.atom", actor.handle), org.name.clone());
    frame.publications(&format!("author={}", actor.handle));
    let coalitions = coalitions.iter().map(|joined| In {
        href: format!("/coalitions/{}", joined.handle),
        name: joined.name().to_owned(),
        role: word(visit.lang, "role", joined.role.as_str()),
    });
    html(&OrganisationPage {
        moved: Moved::of(&app, visit.lang, &actor),
        handle: format!("@{}@{}", actor.handle, app.urls.domain()),
        name: org.name,
        kind: word(visit.lang, "organisation", org.kind.as_str()),
        summary: org.summary,
        website: org.website.filter(|site| site.starts_with("https://") || site.starts_with("http://")),
        territory: org.territory,
        coalitions: coalitions.collect(),
        items: Item::all(&rows, &reading)?,
        total,
        pager: Pager::new(&format!("{}?page=", visit.path), page, total),
        frame,
    })
}
