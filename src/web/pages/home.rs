//! Home: what this node is, what was published last, which coalitions live here.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::coalitions::Card;
use super::parts::{Item, Reading};
use super::{Frame, html};
use crate::app::SharedApp;
use crate::model::listing::{self, Filter};
use crate::model::{coalition, meta, organisation};
use crate::web::error::Error;
use crate::web::locale::Visit;

const LATEST: i64 = 8;
const COALITIONS: i64 = 24;

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    frame: Frame,
    territory: String,
    runner: Option<(String, String)>,
    items: Vec<Item>,
    cards: Vec<Card>,
    coalitions: i64,
}

/// `GET /`.
pub(super) async fn show(State(app): State<SharedApp>, visit: Visit) -> Result<Response, Error> {
    let reading = Reading::new(&app, visit.lang);
    let read = app.db.read(move |conn| {
        let latest = listing::publications(conn, &Filter::default(), 0, LATEST)?;
        let cards = Card::load(conn, 0, COALITIONS, visit.lang)?;
        let count = coalition::count(conn)?;
        let runner = match meta::get(conn, meta::ORGANISATION)? {
            Some(handle) => organisation::by_handle(conn, &handle)?,
            None => None,
        };
        Ok::<_, Error>((latest, cards, count, runner, visit))
    });
    let (latest, cards, coalitions, runner, visit) = read.await?;
    let mut frame = Frame::new(&app, &visit, app.config.node.name.clone());
    frame.url = format!("{}/", app.urls.base());
    html(&Home {
        territory: app.config.node.territory.clone(),
        runner: runner.map(|(actor, org)| (format!("/organisations/{}", actor.handle), org.name)),
        items: Item::all(&latest, &reading)?,
        cards,
        coalitions,
        frame,
    })
}
